"""Cards on the law: rules, terms, readings, instruments, proposals, provisions."""

from __future__ import annotations

from sekisho.ir import Instrument, Kind, Proposal, Reading, Rule, Scope, Term, Test, Text, Unmodelled
from sekisho.ir.walk import variables
from sekisho.tell.card_parts import Card, CardParts, span
from sekisho.tell.entry import Entry, Section, heading_of
from sekisho.tell.words import capital, day_words, label, listed, plural


class LawCards(CardParts):
    """Cards on the law."""

    def rule_line(self, rule: Rule) -> str:
        """A rule in one line."""
        return f"{rule.effect.value}: {heading_of(rule.origin.heading, rule.name)} [{self.speaker.cite(rule.cites[0])}]"

    def rule_card(self, rule: Rule) -> Card:
        """A rule: its sentence, its days, its place, what defeats and replaces it."""
        if rule.proposal:
            interval = rule.stated
            state = f"proposed ({rule.proposal}), in force only with --with {rule.proposal}"
        else:
            interval = self.timeline.intervals[rule.name]
            state = (
                "never in force: it ended before it began"
                if interval.empty
                else f"in force {span(interval.first, interval.last)}"
            )
        others = self.rules().values()
        links = [
            ("Exception to", rule.exception_to),
            ("Exceptions to it", [each.name for each in others if rule.name in each.exception_to]),
            ("Replaces", rule.replaces),
            ("Repeals", rule.repeals),
            ("Replaced by", [each.name for each in others if rule.name in each.replaces]),
            ("Repealed by", [each.name for each in others if rule.name in each.repeals]),
            ("Attaches to", rule.bases),
        ]
        sections = [self.where(rule.origin.prose), self.cites(rule.cites)]
        sections += [self.links(title, names) for title, names in links]
        sections.append(self.words(variables(rule.when)))
        data = {
            "name": rule.name,
            "instrument": rule.instrument,
            "effect": rule.effect.value,
            "acts": list(rule.acts),
            "in_force": [interval.first.isoformat(), interval.last.isoformat() if interval.last else None],
            "proposal": rule.proposal or None,
            "cite": [self.cite_data(cite) for cite in rule.cites],
            **{title.lower().replace(" ", "_"): list(names) for title, names in links},
            "place": rule.origin.place.show(),
        }
        says = self.speaker.rule(rule, interval)
        return self.made(
            "rule", rule.name, f"{heading_of(rule.origin.heading, rule.name)} — {state}", says, sections, data
        )

    def scope_card(self, scope: Scope) -> Card:
        """When an instrument speaks."""
        says = f"The instrument speaks where {self.speaker.condition(scope.when)}."
        sections = [self.where(scope.origin.prose), self.cites(scope.cites), self.words(variables(scope.when))]
        data = {
            "name": scope.name,
            "stated": [scope.stated.first.isoformat(), scope.stated.last.isoformat() if scope.stated.last else None],
            "cite": [self.cite_data(c) for c in scope.cites],
            "place": scope.origin.place.show(),
        }
        return self.made(
            "scope",
            scope.name,
            f"{heading_of(scope.origin.heading, scope.name)} — {span(scope.stated.first, scope.stated.last)}",
            says,
            sections,
            data,
        )

    def passage_card(self, passage: Unmodelled) -> Card:
        """A passage that could not be expressed."""
        sections = [
            self.where(passage.origin.prose),
            self.cites(passage.cites),
            self.links("May touch", passage.affects),
        ]
        data = {
            "name": passage.name,
            "because": passage.because,
            "affects": list(passage.affects),
            "cite": [self.cite_data(c) for c in passage.cites],
            "place": passage.origin.place.show(),
        }
        says = f"{capital(passage.because)}. It may touch a case where {self.speaker.condition(passage.when)}."
        return self.made(
            "unmodelled", passage.name, "A passage that the rulebook could not express", says, sections, data
        )

    def term_card(self, term: Term) -> Card:
        """A word that conditions use."""
        who = {
            "case": "the case says it",
            "registry": f"the registry `{'.'.join(term.registry or ())}` says it",
            "definition": "its definition says it",
        }
        supplier = (
            f"{self.speaker.authority(term.authority)} judges it"
            if term.supplier == "judgement"
            else who[term.supplier]
        )
        if term.supplier == "judgement" and term.registry:
            supplier += f", or a finding recorded in `{'.'.join(term.registry)}`"
        relation = f" of {term.relation}" if term.relation else ""
        lines = [
            Entry(f"About: {term.subject}{relation}"),
            Entry(f"Type: {term.type}" + (f" ({', '.join(term.values)})" if term.values else "")),
        ]
        lines += [Entry(capital(supplier)), Entry(f"Could be changed by: {term.changed_by}")]
        if term.true_when is not None:
            lines.append(Entry(f"Holds where {self.speaker.condition(term.true_when)}"))
        if term.false_when is not None:
            lines.append(Entry(f"Fails where {self.speaker.condition(term.false_when)}"))
        mine = {var.name for var in self.library.vars.values() if var.term == term.name}
        used = [rule.name for rule in self.rules().values() if mine & set(variables(rule.when))]
        sections = [
            self.where(term.origin.prose),
            Section("Term", tuple(lines)),
            self.cites(term.cites),
            self.links("Rules that ask for it", used),
        ]
        data = {
            "name": term.name,
            "subject": term.subject,
            "relation": term.relation,
            "type": term.type,
            "values": list(term.values),
            "supplier": term.supplier,
            "registry": ".".join(term.registry) if term.registry else None,
            "authority": term.authority,
            "question": term.ask,
            "changed_by": term.changed_by,
            "used_by": used,
            "place": term.origin.place.show(),
        }
        return self.made("term", term.name, capital(label(term.name)), term.ask, sections, data)

    def reading_card(self, reading: Reading) -> Card:
        """A contested point."""
        entries = tuple(
            Entry(
                f"{option.name}: {option.says}",
                "✓" if option.name == reading.default else "·",
                "good" if option.name == reading.default else "",
                self.cited(option.cites),
                "taken unless another is asked for"
                if option.name == reading.default
                else f"--reading {reading.name}={option.name}",
            )
            for option in reading.options
        )
        mine = {var.name for var in self.library.vars.values() if var.term == reading.name and var.kind is Kind.READING}
        used = [rule.name for rule in self.rules().values() if mine & set(variables(rule.when))]
        data = {
            "name": reading.name,
            "question": reading.ask,
            "default": reading.default,
            "options": [
                {"name": o.name, "says": o.says, "cite": [self.cite_data(c) for c in o.cites]} for o in reading.options
            ],
            "used_by": used,
        }
        sections = [
            self.where(reading.origin.prose),
            Section("Options", entries),
            self.links("Rules that turn on it", used),
        ]
        return self.made("reading", reading.name, "A contested point", reading.ask, sections, data)

    def instrument_card(self, instrument: Instrument) -> Card:
        """A law, treaty, decision or guideline."""
        intervals = self.timeline.intervals
        rules = tuple(
            Entry(
                f"{heading_of(rule.origin.heading, rule.name)} ({rule.effect.value})",
                "·",
                "",
                rule.name,
                span(intervals[rule.name].first, intervals[rule.name].last),
            )
            for rule in instrument.rules
        )
        facts = (
            Entry(f"Jurisdiction: {self.state_name(instrument.jurisdiction)}"),
            Entry(f"Force: {instrument.force}"),
            Entry(f"Where no rule decides: {instrument.default.word.replace('-', ' ')}"),
            *([Entry(f"Yields to: {listed(instrument.yields_to)}")] if instrument.yields_to else []),
        )
        scopes = tuple(
            Entry(self.speaker.condition(scope.when), "·", "", scope.name, span(scope.stated.first, scope.stated.last))
            for scope in instrument.scopes
        )
        sections = [
            Section("Instrument", facts),
            Section("It speaks where", scopes),
            Section(f"Its {plural(len(rules), 'rule')}", rules),
        ]
        data = {
            "name": instrument.name,
            "title": instrument.title,
            "jurisdiction": instrument.jurisdiction,
            "force": instrument.force,
            "default": instrument.default.word,
            "yields_to": list(instrument.yields_to),
            "scopes": [s.name for s in instrument.scopes],
            "rules": [r.name for r in instrument.rules],
            "unmodelled": [u.name for u in instrument.unmodelled],
            "place": instrument.origin.place.file,
        }
        return self.made("instrument", instrument.name, instrument.title, "", sections, data)

    def jurisdiction_card(self, code: str) -> Card:
        """Whose law."""
        mine = [each for each in self.library.instruments if each.jurisdiction == code]
        entries = tuple(
            Entry(each.title, "·", "", each.name, f"{each.force}, {plural(len(each.rules), 'rule')}") for each in mine
        )
        proposals = tuple(
            Entry(each.title, "·", "", each.name, each.status)
            for each in self.library.proposals
            if any(each.amends == i.name for i in mine)
        )
        data = {
            "name": code,
            "title": self.state_name(code),
            "instruments": [each.name for each in mine],
            "proposals": [entry.cite for entry in proposals],
        }
        return self.made(
            "jurisdiction",
            code,
            capital(self.state_name(code)),
            "",
            [Section("Instruments", entries), Section("Proposals", proposals)],
            data,
        )

    def proposal_card(self, proposal: Proposal) -> Card:
        """Rules that someone has proposed."""
        rules = tuple(Entry(self.speaker.rule(rule), "·", "", rule.name) for rule in proposal.rules)
        assumed = tuple(
            Entry(
                f"{self.speaker.condition(Test(each.var))}, where {self.speaker.condition(each.when)}",
                "·",
                "",
                each.name,
            )
            for each in proposal.assumptions
        )
        facts = (
            Entry(f"Proposed by: {proposal.proposed_by}"),
            Entry(f"Proposed on: {day_words(proposal.proposed_on.first)}"),
            Entry(f"Status: {proposal.status}"),
            Entry(f"Amends: {proposal.amends}"),
            Entry(f"Try it: --with {proposal.name} or --with {proposal.name}@DAY"),
        )
        cites = dict.fromkeys(cite for rule in proposal.rules for cite in rule.cites)
        cites.update(dict.fromkeys(cite for assumed in proposal.assumptions for cite in assumed.cites))
        data = {
            "name": proposal.name,
            "title": proposal.title,
            "amends": proposal.amends,
            "proposed_by": proposal.proposed_by,
            "proposed_on": proposal.proposed_on.first.isoformat(),
            "status": proposal.status,
            "rules": [r.name for r in proposal.rules],
            "assumptions": [a.name for a in proposal.assumptions],
            "place": proposal.origin.place.file,
        }
        sections = [
            Section("Proposal", facts),
            Section("Its rules", rules),
            Section("It would bring about that", assumed),
            self.cites(tuple(cites)),
        ]
        return self.made(
            "proposal", proposal.name, proposal.title, "Not law: it counts only where it is asked for.", sections, data
        )

    def text_card(self, text: Text, at: str = "") -> Card:
        """A text, or one paragraph of it, with the rules that rest on it."""
        found: list[Entry] = []
        rules: list[str] = []
        for rule in self.rules().values():
            locators = [cite.locator for cite in rule.cites if cite.text == text.key and (not at or cite.locator == at)]
            if locators:
                rules.append(rule.name)
                found.append(
                    Entry(
                        heading_of(rule.origin.heading, rule.name),
                        "·",
                        "",
                        f"{rule.name} at {listed(dict.fromkeys(locators))}",
                    )
                )
        title = f"{text.title}, {at}" if at else text.title
        data = {
            "name": text.key,
            "title": text.title,
            "at": at or None,
            "sources": list(text.sources),
            "cited_by": rules,
        }
        return self.made(
            "provision",
            f"{text.key} {at}".strip(),
            title,
            "",
            [Section("Rules that rest on it", tuple(found)), self.sources(text.sources)],
            data,
        )
