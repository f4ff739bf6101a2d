"""Names in conditions to variables: what `recipient is an agreement-state` stands for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sekisho.base import Trouble, nearest
from sekisho.ir import (
    FALSE,
    All,
    AnyOf,
    Formula,
    Kind,
    Named,
    Not,
    Term,
    Test,
    Var,
    both,
    either,
)
from sekisho.lang.syntax import Condition, Group, Leaf, Parsed

ROLES = ("exporter", "recipient", "supplier")
SUBJECTS = ("case", "item", *ROLES)
RELATED = ("item", "this-state", *ROLES)


@dataclass
class Words:
    """The vocabulary of a library while it is being read.

    `terms` holds what each `term` block declares; conditions are lowered with `lower`, which
    collects a trouble for every word that it does not know. `broken` names the terms and readings
    whose own blocks could not be read: their troubles are told there, and not once more for each use.
    """

    terms: dict[str, Term]
    definitions: Mapping[str, tuple[Condition | None, Condition | None]]
    readings: Mapping[str, tuple[str, ...]]
    states: set[str]
    broken: Collection[str] = ()
    troubles: list[Trouble] = field(default_factory=list)
    mentioned: dict[str, set[str]] = field(default_factory=dict)
    extra: dict[str, Var] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _open: list[str] = field(default_factory=list)
    _lowered: dict[str, Formula] = field(default_factory=dict)

    def lower(self, condition: Condition) -> Formula:
        """The formula that a condition stands for."""
        if isinstance(condition, Group):
            parts = tuple(self.lower(item) for item in condition.items)
            if condition.quantifier == "all":
                return All(parts)
            return AnyOf(parts) if condition.quantifier == "any" else Not(AnyOf(parts))
        formula = self._leaf(condition)
        return Not(formula) if condition.negated else formula

    def _leaf(self, leaf: Leaf) -> Formula:
        if leaf.form == "reads":
            return self._reading(leaf)
        if leaf.form == "judges":
            return self._judgement(leaf)
        if leaf.part:
            return self._choice(leaf, leaf.part, leaf.subject)
        if leaf.subject in ROLES:
            return self._state(leaf) if self._about_states(leaf) else self._truth(leaf)
        if leaf.subject == "item":
            return self._truth(leaf)
        if leaf.subject == "this-state":
            others = [value for value in leaf.values if value in ROLES]
            mend = f"write `{others[0]} is this-state`" if others else "begin with exporter, recipient or supplier"
            self._trouble(leaf, "SK202", "nothing can be said of `this-state` itself", mend, leaf.subject)
            return FALSE
        return self._choice(leaf, leaf.subject, "case")

    def _about_states(self, leaf: Leaf) -> bool:
        return all(value.isupper() or value == "this-state" or value in ROLES for value in leaf.values)

    def _state(self, leaf: Leaf) -> Formula:
        parts: list[Formula] = []
        codes = tuple(value for value in leaf.values if value.isupper())
        for code in codes:
            if code not in self.states:
                close = nearest(code, self.states, count=1)
                self._trouble(
                    leaf,
                    "SK203",
                    f"`{code}` is the code of no state",
                    f"write `{close[0]}`" if close else "use ISO 3166 alpha-3 codes",
                    code,
                )
        if codes:
            self.mentioned.setdefault(leaf.subject, set()).update(codes)
            parts.append(Test(leaf.subject, tuple(sorted(set(codes)))))
        if leaf.relation:
            self._trouble(leaf, "SK202", "a state has no relation here", f"leave out `of {leaf.relation}`")
        for role in leaf.values:
            if role == leaf.subject:
                self._trouble(leaf, "SK202", f"the {role} is always the {role}", "name another role, or a state", role)
            elif not role.isupper():
                name = f"{leaf.subject}={role}"
                self.extra.setdefault(name, Var(name, Kind.FACT, leaf.subject))
                parts.append(Test(name))
        return either(*parts)

    def _truth(self, leaf: Leaf) -> Formula:
        name = leaf.values[0]
        if leaf.one_of:
            needs = "states" if leaf.subject in ROLES else "a choice"
            listed = "".join(f"\n  - {leaf.subject} is {'' if v.isupper() else 'a '}{v}" for v in leaf.values)
            headline = f"`{leaf.subject} is one of` needs {needs}"
            self._trouble(leaf, "SK202", headline, f"list the statements\nany of{listed}")
            return FALSE
        term = self._term(leaf, name)
        if term is None:
            return FALSE
        if term.type != "truth":
            right = name if term.subject == "case" else f"{term.subject}.{name}"
            mend = f"write `{right} is …`" if term.values else f"write `{term.name} is JPN`, or another state"
            self._trouble(leaf, "SK202", f"`{name}` is a {term.type}, not a truth", mend, name)
            return FALSE
        if term.subject != leaf.subject:
            self._trouble(
                leaf,
                "SK202",
                f"`{name}` is said of the {term.subject}, not of the {leaf.subject}",
                f"write `{term.subject} is {name}`",
                name,
            )
        if leaf.relation and leaf.relation != term.relation:
            stated = f"of {term.relation}" if term.relation else "without a relation"
            self._trouble(
                leaf,
                "SK202",
                f"`{name}` is said {stated}, not of {leaf.relation}",
                f"write `{term.subject} is {name}{f' {stated}' if term.relation else ''}`",
            )
        return self.truth(term)

    def truth(self, term: Term) -> Formula:
        """The formula of a truth term: its definition where it has one, else its variable."""
        if term.name in self._lowered:
            return self._lowered[term.name]
        true_when, false_when = self.definitions.get(term.name, (None, None))
        base: Formula = FALSE if term.supplier == "definition" else Test(term.name)
        if true_when is None and false_when is None:
            return base
        if term.name in self._open:
            chain = " → ".join([*self._open[self._open.index(term.name) :], term.name])
            self.troubles.append(
                Trouble(
                    "SK208",
                    f"the term is defined by itself: {chain}",
                    (term.origin.place,),
                    why="a definition that leads back to itself has no meaning",
                    help="take the term out of its own definition",
                )
            )
            return base
        self._open.append(term.name)
        if false_when is not None:
            base = both(Not(self.lower(false_when)), base)
        if true_when is not None:
            base = either(self.lower(true_when), base)
        self._open.pop()
        named = self._lowered[term.name] = Named(term.name, base)
        return named

    def _choice(self, leaf: Leaf, name: str, subject: str) -> Formula:
        term = self._term(leaf, name)
        if term is None:
            return FALSE
        if term.type not in ("choice", "choices"):
            right = f"{term.authority} judges {name}" if term.supplier == "judgement" else f"{term.subject} is {name}"
            self._trouble(leaf, "SK202", f"`{name}` is a {term.type}, not a choice", f"write `{right}`", name)
            return FALSE
        if term.subject != subject:
            right = name if term.subject == "case" else f"{term.subject}.{name}"
            self._trouble(leaf, "SK202", f"`{name}` is said of the {term.subject}", f"write `{right} is …`", name)
        if leaf.relation:
            self._trouble(leaf, "SK202", f"the choice `{name}` has no relation", f"leave out `of {leaf.relation}`")
        for value in leaf.values:
            if value not in term.values:
                close = nearest(value, term.values, count=1)
                self._trouble(
                    leaf,
                    "SK203",
                    f"`{value}` is no value of `{name}`",
                    f"write `{close[0]}`" if close else f"its values: {', '.join(term.values)}",
                    value,
                )
        if term.type == "choice":
            return Test(name, tuple(value for value in term.values if value in leaf.values))
        return either(*(Test(f"{name}:{value}") for value in leaf.values))

    def _judgement(self, leaf: Leaf) -> Formula:
        term = self._term(leaf, leaf.values[0])
        if term is None:
            return FALSE
        if term.supplier != "judgement":
            right = f"{term.subject} is {term.name}" if term.type == "truth" else f"{term.name} is …"
            self._trouble(leaf, "SK202", f"`{term.name}` is no judgement", f"write `{right}`", term.name)
            return FALSE
        if term.authority != leaf.subject:
            self._trouble(
                leaf,
                "SK202",
                f"`{term.name}` is judged by {term.authority}, not by {leaf.subject}",
                f"write `{term.authority} judges {term.name}`",
                leaf.subject,
            )
        return self.truth(term)

    def _reading(self, leaf: Leaf) -> Formula:
        self.used.add(leaf.subject)
        if leaf.subject in self.broken:
            return FALSE
        options = self.readings.get(leaf.subject)
        if options is None:
            close = nearest(leaf.subject, self.readings, count=1)
            self._trouble(
                leaf,
                "SK201",
                f"no reading is called `{leaf.subject}`",
                f"write `{close[0]}`" if close else "declare it in a `reading` block",
                leaf.subject,
            )
            return FALSE
        option = leaf.values[0]
        if option not in options:
            close = nearest(option, options, count=1)
            mend = f"write `{close[0]}`" if close else f"its options: {', '.join(options)}"
            self._trouble(leaf, "SK203", f"`{option}` is no option of the reading `{leaf.subject}`", mend, option)
        return Test(f"reading:{leaf.subject}", (option,))

    def _term(self, leaf: Leaf, name: str) -> Term | None:
        self.used.add(name)
        term = self.terms.get(name)
        if term is None and name not in self.broken:
            self._trouble(leaf, "SK201", f"no term is called `{name}`", self._meant(leaf, name), name)
        return term

    def _meant(self, leaf: Leaf, name: str) -> str:
        """What an unknown word may have been meant for."""
        if name.isupper():
            return "only exporter, recipient and supplier are states"
        if name.upper() in self.states:
            return f"write `{name.upper()}` if the state is meant"
        choices = [t for t in self.terms.values() if name in t.values and t.subject in (leaf.subject, "case")]
        if choices and leaf.form == "is" and not leaf.part:
            right = choices[0].name if choices[0].subject == "case" else f"{choices[0].subject}.{choices[0].name}"
            return f"write `{right} is {name}`"
        close = nearest(name, self.terms, count=3)
        return f"did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else "declare it in a `term` block"

    def _trouble(self, leaf: Leaf, code: str, headline: str, help: str, word: str = "") -> None:
        """Collect a trouble at a statement, or at a word in it."""
        place = leaf.place
        if word and place.column:
            start, stop = place.column - 1, place.column - 1 + place.width
            at = [m.start() for m in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", place.text[:stop])]
            at = [each for each in at if each >= start]
            if at:
                place = replace(place, column=at[-1] + 1, width=len(word))
        self.troubles.append(
            Trouble(code, headline, (place,), why="a word that is not understood would decide nothing", help=help)
        )

    def variables(self) -> dict[str, Var]:
        """Every variable of the vocabulary, in the order of its terms."""
        found: dict[str, Var] = {}
        for term in self.terms.values():
            if term.supplier == "definition":
                continue
            kind = Kind.JUDGEMENT if term.supplier == "judgement" else Kind.FACT
            if term.type == "truth":
                found[term.name] = Var(term.name, kind, term.name, changed_by=term.changed_by)
            elif term.type == "choice":
                found[term.name] = Var(term.name, kind, term.name, term.values, term.changed_by, term.stated_only)
            elif term.type == "choices":
                for value in term.values:
                    name = f"{term.name}:{value}"
                    found[name] = Var(name, kind, term.name, changed_by=term.changed_by)
            else:
                domain = (*sorted(self.mentioned.get(term.name, ())), "*")
                found[term.name] = Var(term.name, kind, term.name, domain, term.changed_by)
        found.update(sorted(self.extra.items()))
        for name, options in self.readings.items():
            found[f"reading:{name}"] = Var(f"reading:{name}", Kind.READING, name, options, "legislator")
        return found


def declared_conditions(parsed: Parsed) -> tuple[Condition | None, Condition | None]:
    """The `true when` and `false when` of a term block."""
    true_when, false_when = parsed.first("true_when"), parsed.first("false_when")
    return (true_when.value if true_when else None, false_when.value if false_when else None)
