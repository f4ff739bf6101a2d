"""Plain English from the nodes of the law: conditions, findings, requirements, rules."""

from __future__ import annotations

from collections.abc import Iterable

from sekisho.base import Interval
from sekisho.cases import Situation
from sekisho.cases.fields import RELATIONS
from sekisho.decide import Step
from sekisho.facts import Registries
from sekisho.ir import (
    INTERNATIONAL,
    All,
    AnyOf,
    Cite,
    Const,
    Effect,
    Formula,
    Kind,
    Library,
    Named,
    Not,
    Requirement,
    Rule,
    Term,
    Test,
)
from sekisho.tell.words import article, day_words, label, listed, words_of

_ROLE = {
    "exporter": "the exporter",
    "recipient": "the recipient",
    "supplier": "the supplier",
    "this-state": "the state whose law is asked",
    "item": "the item",
}
_ACT = {
    "export": "export",
    "re-transfer": "onward transfer",
    "transit": "transit",
    "brokering": "brokering",
    "technology": "transfer of technology",
    "service": "service",
    "return": "return",
    "loan": "loan",
}
_NOUN = {
    "act": "the act",
    "under": "the arrangement",
    "assurances": "the assurances",
    "consideration": "the consideration",
}
_OPENING = {
    Effect.PERMIT: "{what} may be permitted",
    Effect.PROHIBIT: "{what} is prohibited",
    Effect.PRESUME_DENIAL: "{what} is presumed to be denied",
    Effect.EXEMPT: "{what} needs no authorisation",
    Effect.CLAIM_CONSENT: "Prior consent is owed for an onward transfer",
}


class Speaker:
    """Puts the law into sentences; with a situation, the names of its states are filled in.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> from sekisho.ir import Test
        >>> Speaker(desk.library, desk.registries).condition(Test("weapon"))
        'the item is a weapon'
    """

    def __init__(self, library: Library, registries: Registries, situation: Situation | None = None) -> None:
        self.library = library
        self.registries = registries
        self.situation = situation

    # Names

    def role(self, role: str) -> str:
        """The state in a role: its name where a situation knows it, else the role."""
        code = self.situation.role(role) if self.situation is not None and role != "item" else None
        return self.registries.names.in_prose(code) if code else _ROLE.get(role, f"the {role}")

    def state(self, code: str) -> str:
        """The name of a state inside a sentence."""
        return "the international layer" if code == INTERNATIONAL else self.registries.names.in_prose(code)

    def authority(self, name: str) -> str:
        """An authority by its registered name, else in words.

        The registry of bodies is looked up under the very name and under names that end with it.
        """
        if not name:
            return ""
        role, _, last = name.partition("-")
        if last == "government" and role in _ROLE:
            return f"the government of {self.role(role)}"
        bodies = self.registries.names.records["bodies"]
        found = bodies.get(name) or next((bodies[key] for key in bodies if key.endswith(f"-{name}")), None)
        if found is not None:
            return f"the {found.name}"
        first, _, rest = name.partition("-")
        if rest and len(first) == 2:
            ours = {each.jurisdiction for each in self.library.instruments if each.name.startswith(f"{first}-")}
            return f"the {words_of(rest)}" if ours - {INTERNATIONAL} else f"the {first.upper()} {words_of(rest)}"
        return f"the {words_of(name)}"

    def value(self, term: str, value: str) -> str:
        """The value of a choice in words; a programme by its registered name."""
        if term == "act":
            return _ACT.get(value, value)
        programme = self.registries.programmes.get(value) if term == "programme" else None
        return programme.name if programme is not None else words_of(value)

    # Conditions

    def condition(self, formula: Formula, truth: bool = True) -> str:
        """The condition as a clause; with `truth` false, the clause that it fails."""
        match formula:
            case Const(value):
                return "in every case" if value is truth else "in no case"
            case Test():
                return self._test(formula, truth)
            case Not(part):
                return self.condition(part, not truth)
            case Named(term, part):
                found = self.library.terms.get(term)
                return self._truth(found, truth) if found is not None else self.condition(part, truth)
            case All(parts):
                return self._group(parts, "and" if truth else "or", truth)
            case AnyOf(parts):
                return self._group(parts, "or" if truth else "and", truth)

    def step(self, step: Step) -> str:
        """A proved condition as a clause that says what is so: that it holds, fails, or is open."""
        if step.truth is None:
            return f"open whether {self.condition(step.formula)}"
        return self.condition(step.formula, step.truth)

    def _group(self, parts: Iterable[Formula], word: str, truth: bool) -> str:
        clauses: list[str] = []
        for run in _runs(tuple(parts)):
            if len(run) > 1:
                clauses.append(self._set(run, truth))
            else:
                clause = self.condition(run[0], truth)
                inner = run[0].part if isinstance(run[0], Not) else run[0]
                group = isinstance(inner, All) or (isinstance(inner, AnyOf) and not one_set(inner))
                clauses.append(f"({clause})" if group and (" or " in clause or word == "or") else clause)
        return (
            listed(dict.fromkeys(clauses), word)
            if len(clauses) < 3
            else f"{', '.join(clauses[:-1])}, {word} {clauses[-1]}"
        )

    def _set(self, run: tuple[Formula, ...], truth: bool) -> str:
        tests = [each for each in run if isinstance(each, Test)]
        term = self.library.terms[self.library.vars[tests[0].var].term]
        return self._choice(term, [test.var.partition(":")[2] for test in tests], truth)

    def _test(self, test: Test, truth: bool) -> str:
        var = self.library.vars.get(test.var)
        if var is not None and var.kind is Kind.READING:
            return f"“{label(var.term)}” is {'' if truth else 'not '}read as “{label(listed(test.values, 'or'))}”"
        if "=" in test.var:
            one, _, other = test.var.partition("=")
            same = ("true" in test.values) is truth
            whom = self.role(other) if other == "this-state" else _ROLE[other]
            return f"{_ROLE[one]} is {'' if same else 'not '}{whom}"
        term = self.library.terms.get(var.term if var else test.var)
        if term is None:
            return label(test.var)
        if ":" in test.var:
            return self._choice(term, [test.var.partition(":")[2]], ("true" in test.values) is truth)
        if term.type == "truth":
            return self._truth(term, ("true" in test.values) is truth)
        values = list(test.values)
        if var is not None and ("*" in values or (len(values) > max(1, len(var.domain) // 2) and len(values) > 3)):
            values = [value for value in var.domain if value not in values and value != "*"]
            truth = not truth
        if term.type == "state":
            names = [self.registries.names.in_prose(code) for code in values]
            return f"{self.role(term.name)} is {_neither(names, truth)}"
        return self._choice(term, values, truth)

    def _choice(self, term: Term, values: list[str], truth: bool) -> str:
        words = [self.value(term.name, value) for value in values]
        noun = _NOUN.get(term.name) or ("the item's " if term.subject == "item" else "the ") + label(term.name)
        if term.type != "choices":
            return f"{noun} is {_neither(words, truth)}"
        include = "include" if noun.endswith("s") else "includes"
        if truth:
            return f"{noun} {include} {listed(words, 'or')}"
        return f"{noun} {include} {'no ' + words[0] if len(words) == 1 else 'none of ' + listed(words)}"

    def _truth(self, term: Term, truth: bool) -> str:
        phrase = label(term.name)
        if (term.supplier == "judgement" and term.registry is None) or term.supplier == "judgement":
            who = self.authority(term.authority)
            verb = "finds" if truth else "does not find"
            if term.subject == "case":
                return f"{who} {verb} “{phrase}”"
            return f"{who} {verb} that {self.role(term.subject)} is {article(phrase)}"
        if term.registry is not None:
            kind = self.registries.kind(*term.registry)
            if kind is not None:
                other = self.role(term.relation) if term.relation else self.role("this-state")
                said = kind.says if truth else kind.denies or f"it is not so that {kind.says}"
                return said.replace("{a}", self.role(term.subject)).replace("{b}", other)
        if term.name in RELATIONS:
            relation = RELATIONS[term.name]
            if relation.field == "components_from":
                return f"the item has {'' if truth else 'no '}components from {self.role(relation.role)}"
            return f"{self.role(relation.role)} is {'' if truth else 'not '}among the item's {label(relation.field.replace('_', '-'))}"
        if term.subject == "case":
            return f"“{phrase}” {'holds' if truth else 'does not hold'}"
        of = f" of {self.role(term.relation)}" if term.relation else ""
        return f"{self.role(term.subject)} is {'' if truth else 'not '}{article(phrase)}{of}"

    # Findings and requirements

    def finding(self, var: str, value: str) -> str:
        """A finding that is needed, as a clause: `the National Security Council finds …`."""
        return self.condition(Test(var), value == "true")

    def question(self, term: str) -> str:
        """The question that settles a term, with names filled in."""
        found = self.library.terms.get(term)
        text = found.ask if found else ""
        for role in _ROLE:
            text = text.replace("{" + role + "}", self.role(role))
        return text

    def requirement(self, requirement: Requirement) -> str:
        """An authorisation, assurance, procedure, notice or decision in words."""
        by = f", {self.authority(requirement.authority)}" if requirement.authority else ""
        return f"{label_whole(requirement.name, self)}{by}"

    # Rules

    def cite(self, cite: Cite) -> str:
        """A provision in short: `guidelines 2014, 1(2)B(d)`."""
        where = "" if cite.locator in ("-", "all") else f", {cite.locator}"
        return f"{label(cite.text)}{where}"

    def cite_full(self, cite: Cite) -> str:
        """A provision with the title of its text."""
        text = self.library.texts.get(cite.text)
        where = "" if cite.locator in ("-", "all") else f", {cite.locator}"
        return f"{text.title if text else cite.text}{where}"

    def rule(self, rule: Rule, interval: Interval | None = None) -> str:
        """The rule as one sentence, with its days and its provision."""
        span = interval or rule.stated
        what = f"{article(listed((_ACT.get(a, a) for a in rule.acts), 'or'))}" if rule.acts else "the transfer"
        if len(rule.acts) >= len(_ACT):
            what = "a transfer"
        body = str("nothing" if rule.effect is Effect.LIFT else _OPENING.get(rule.effect, "").format(what=what))
        if rule.effect is Effect.REQUIRE and rule.requirement is not None:
            bases = f" under {listed(rule.bases)}" if rule.bases else ""
            body = f"what may be permitted{bases} is subject to the {rule.requirement.kind} “{self.requirement(rule.requirement)}”"
        if rule.effect is Effect.LIFT:
            body = f"{'the rule' if len(rule.exception_to) == 1 else 'the rules'} {listed(rule.exception_to)} {'does' if len(rule.exception_to) == 1 else 'do'} not apply"
        elif rule.exception_to:
            body = f"as an exception to {listed(rule.exception_to)}, {body}"
        when = rule.when
        if isinstance(when, All) and rule.acts:
            rest = tuple(part for part in when.parts if not (isinstance(part, Test) and part.var == "act"))
            when = rest[0] if len(rest) == 1 else All(rest)
        said = (
            ""
            if when in (Const(True), All(())) or (isinstance(when, Test) and when.var == "act")
            else f" if {self.condition(when)}"
        )
        subject = (
            f", subject to {listed(self.requirement(each) for each in rule.subject_to)}" if rule.subject_to else ""
        )
        days = f", from {day_words(span.first)}" + (f" to {day_words(span.last)}" if span.last else "")
        cites = "; ".join(dict.fromkeys(self.cite(cite) for cite in rule.cites))
        return f"{body[:1].upper()}{body[1:]}{said}{subject}{days} [{cites}]."


def label_whole(name: str, speaker: Speaker) -> str:
    """The name of a requirement in words; the short names of bodies in capitals."""
    bodies = speaker.registries.names.records["bodies"]
    parts = []
    for part in name.split("-"):
        body = bodies.get(part)
        initials = "".join(word[0] for word in body.name.split() if word[0].isupper()).lower() if body else ""
        parts.append(part.upper() if part == initials else words_of(part))
    return " ".join(parts)


def _neither(words: list[str], truth: bool) -> str:
    if truth:
        return listed(words, "or")
    return (
        f"not {words[0]}"
        if len(words) == 1
        else f"neither {listed(words, 'nor')}"
        if len(words) == 2
        else f"none of {listed(words)}"
    )


def one_set(formula: AnyOf) -> bool:
    """Whether the parts are values of one set of choices, so that one clause says it all."""
    return len(_runs(formula.parts)) == 1 < len(formula.parts)


def _runs(parts: tuple[Formula, ...]) -> list[tuple[Formula, ...]]:
    """Neighbouring values of one set of choices together, everything else alone."""
    runs: list[list[Formula]] = []
    for part in parts:
        stem = part.var.partition(":")[0] if isinstance(part, Test) and ":" in part.var else ""
        last = runs[-1][-1] if runs else None
        if stem and isinstance(last, Test) and last.var.startswith(f"{stem}:") and last.values == part.values:  # type: ignore[union-attr]
            runs[-1].append(part)
        else:
            runs.append([part])
    return [tuple(run) for run in runs]
