"""Names in conditions to variables: what `recipient is an agreement-state` stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass
class Words:
    """The vocabulary of a library while it is being read.

    `terms` holds what each `term` block declares; conditions are lowered with `lower`, which
    collects a trouble for every word that it does not know.
    """

    terms: dict[str, Term]
    definitions: Mapping[str, tuple[Condition | None, Condition | None]]
    readings: Mapping[str, tuple[str, ...]]
    states: set[str]
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
                )
        if codes:
            self.mentioned.setdefault(leaf.subject, set()).update(codes)
            parts.append(Test(leaf.subject, tuple(sorted(set(codes)))))
        for role in leaf.values:
            if not role.isupper():
                name = f"{leaf.subject}={role}"
                self.extra.setdefault(name, Var(name, Kind.FACT, leaf.subject))
                parts.append(Test(name))
        return either(*parts)

    def _truth(self, leaf: Leaf) -> Formula:
        name = leaf.values[0]
        if leaf.one_of:
            self._trouble(
                leaf,
                "SK202",
                f"`{leaf.subject} is one of` needs states",
                f"list them under `any of`\nany of\n  - {leaf.subject} is a {name}",
            )
            return FALSE
        term = self._term(leaf, name)
        if term is None:
            return FALSE
        if term.type != "truth":
            self._trouble(leaf, "SK202", f"`{name}` is a choice, not a truth", f"write `{leaf.subject}.{name} is …`")
            return FALSE
        if term.subject != leaf.subject:
            self._trouble(
                leaf,
                "SK202",
                f"`{name}` is said of the {term.subject}, not of the {leaf.subject}",
                f"write `{term.subject} is {name}`",
            )
        if leaf.relation and leaf.relation != term.relation:
            stated = f"of {term.relation}" if term.relation else "without a relation"
            self._trouble(
                leaf,
                "SK202",
                f"`{name}` is said {stated}, not of {leaf.relation}",
                f"write `{term.subject} is {name} {stated}`",
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
        if term.subject != subject:
            right = name if term.subject == "case" else f"{term.subject}.{name}"
            self._trouble(leaf, "SK202", f"`{name}` is said of the {term.subject}", f"write `{right} is …`")
        if term.type not in ("choice", "choices"):
            self._trouble(leaf, "SK202", f"`{name}` is not a choice", f"write `{term.subject} is {name}`")
            return FALSE
        for value in leaf.values:
            if value not in term.values:
                close = nearest(value, term.values, count=1)
                self._trouble(
                    leaf,
                    "SK203",
                    f"`{value}` is no value of `{name}`",
                    f"write `{close[0]}`" if close else f"its values: {', '.join(term.values)}",
                )
        if term.type == "choice":
            return Test(name, tuple(value for value in term.values if value in leaf.values))
        return either(*(Test(f"{name}:{value}") for value in leaf.values))

    def _judgement(self, leaf: Leaf) -> Formula:
        term = self._term(leaf, leaf.values[0])
        if term is None:
            return FALSE
        if term.supplier != "judgement":
            self._trouble(leaf, "SK202", f"`{term.name}` is no judgement", f"write `{term.subject} is {term.name}`")
        elif term.authority != leaf.subject:
            self._trouble(
                leaf,
                "SK202",
                f"`{term.name}` is judged by {term.authority}, not by {leaf.subject}",
                f"write `{term.authority} judges {term.name}`",
            )
        return self.truth(term)

    def _reading(self, leaf: Leaf) -> Formula:
        options = self.readings.get(leaf.subject)
        if options is None:
            close = nearest(leaf.subject, self.readings, count=1)
            self._trouble(
                leaf,
                "SK201",
                f"no reading is called `{leaf.subject}`",
                f"write `{close[0]}`" if close else "declare it in a `reading` block",
            )
            return FALSE
        option = leaf.values[0]
        if option not in options:
            self._trouble(
                leaf, "SK203", f"`{option}` is no option of the reading", f"its options: {', '.join(options)}"
            )
        self.used.add(leaf.subject)
        return Test(f"reading:{leaf.subject}", (option,))

    def _term(self, leaf: Leaf, name: str) -> Term | None:
        self.used.add(name)
        term = self.terms.get(name)
        if term is None:
            close = nearest(name, self.terms, count=3)
            self._trouble(
                leaf,
                "SK201",
                f"no term is called `{name}`",
                f"did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else "declare it in a `term` block",
            )
        return term

    def _trouble(self, leaf: Leaf, code: str, headline: str, help: str) -> None:
        self.troubles.append(
            Trouble(code, headline, (leaf.place,), why="a word that is not understood would decide nothing", help=help)
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
