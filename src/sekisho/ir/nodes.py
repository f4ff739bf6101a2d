"""The intermediate representation: frozen nodes that say what a rulebook means.

A condition is a formula over *variables*. A variable stands for one open point of a case: a fact
(`weapon`, `recipient`), a judgement (`in-combat`), or the reading of a contested term. Everything
that the language offers beyond that (groups, articles, derived terms, acts on the effect line) has
been lowered away, so every back end has the same few node classes to deal with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cached_property

from sekisho.base import Interval, Place, Support


class Outcome(IntEnum):
    """What the law lets the government do; a higher number is stronger."""

    FREE = 1
    MAY_BE_PERMITTED = 2
    PRESUMED_DENIED = 3
    PROHIBITED = 4
    UNDETERMINED = 9

    @property
    def word(self) -> str:
        """As written in cases and answers: `may-be-permitted`."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def of(cls, word: str) -> Outcome:
        """The outcome that a word names.

        Raises:
            ValueError: No such outcome.
        """
        try:
            return cls[word.upper().replace("-", "_")]
        except KeyError:
            raise ValueError(f"`{word}` is not an outcome: {', '.join(o.word for o in cls)}") from None


class Effect(Enum):
    """What a rule does when it applies and is not defeated."""

    PERMIT = "permit"
    PROHIBIT = "prohibit"
    PRESUME_DENIAL = "presume-denial"
    EXEMPT = "exempt"
    REQUIRE = "require"
    LIFT = "lift"
    CLAIM_CONSENT = "claim consent"

    @cached_property
    def outcome(self) -> Outcome | None:
        """The outcome that a deciding effect gives; None where the effect never decides."""
        return _OUTCOME_OF.get(self)


_OUTCOME_OF = {
    Effect.PROHIBIT: Outcome.PROHIBITED,
    Effect.PRESUME_DENIAL: Outcome.PRESUMED_DENIED,
    Effect.PERMIT: Outcome.MAY_BE_PERMITTED,
    Effect.EXEMPT: Outcome.FREE,
}


class Kind(Enum):
    """Who settles a variable."""

    FACT = "fact"
    JUDGEMENT = "judgement"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Const:
    """Always true, or always false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Test:
    """Holds where the variable has one of the values; a truth variable has `true` and `false`."""

    __test__ = False

    var: str
    values: tuple[str, ...] = ("true",)


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where the part fails."""

    part: Formula


@dataclass(frozen=True, slots=True)
class All:
    """Holds where every part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where at least one part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A derived term: holds where its definition holds, and is shown under its own name."""

    term: str
    part: Formula


Formula = Const | Test | Not | All | AnyOf | Named

TRUE = Const(True)


@dataclass(frozen=True, slots=True)
class Cite:
    """A provision of a text, with how well it was seen and where."""

    text: str
    locator: str
    support: Support
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a permitted transfer is subject to besides judgements: an authorisation, an assurance or the like."""

    kind: str
    name: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node stands in the rulebook and what the page says there; no part of its meaning."""

    place: Place
    heading: str = ""
    anchor: str = ""
    prose: str = ""


@dataclass(frozen=True, slots=True)
class Var:
    """One open point of a case.

    Attributes:
        name: Unique; a choice among several that may hold at once is split, as `purpose:rescue`.
        kind: Fact, judgement or reading.
        term: The term (or reading) that it belongs to.
        domain: Its values in order; for a state, those that the rules mention, then `*` for all others.
        changed_by: Who could change it: parties, governments, authority, legislator, nobody.
        stated_only: The values that a case must state: what is unknown does not stand for them.
    """

    name: str
    kind: Kind
    term: str
    domain: tuple[str, ...] = ("false", "true")
    changed_by: str = "nobody"
    stated_only: tuple[str, ...] = ()

    @property
    def possible(self) -> tuple[str, ...]:
        """The values that it may turn out to have where it is unknown."""
        return tuple(value for value in self.domain if value not in self.stated_only)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that conditions may use.

    Attributes:
        subject: `recipient`, `exporter`, `supplier`, `item` or `case`.
        relation: The second role of a relation (`recipient of this-state`), or empty.
        type: `truth`, `choice`, `choices` or `state`.
        values: The values of a choice.
        supplier: `case`, `registry`, `judgement` or `definition`.
        registry: `(name, kind)` where rows or recorded findings may settle it.
        authority: Who judges.
    """

    name: str
    subject: str
    relation: str
    type: str
    values: tuple[str, ...]
    supplier: str
    registry: tuple[str, str] | None
    authority: str
    ask: str
    changed_by: str
    cites: tuple[Cite, ...]
    true_when: Formula | None
    false_when: Formula | None
    origin: Origin = field(compare=False)
    stated_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingOption:
    """One sourced interpretation of a contested point."""

    name: str
    cites: tuple[Cite, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A contested point: its options and the one taken unless the user says otherwise."""

    name: str
    options: tuple[ReadingOption, ...]
    default: str
    ask: str
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """Our executable reading of one provision."""

    name: str
    instrument: str
    effect: Effect
    acts: tuple[str, ...]
    requirement: Requirement | None
    exception_to: tuple[str, ...]
    replaces: tuple[str, ...]
    repeals: tuple[str, ...]
    bases: tuple[str, ...]
    cites: tuple[Cite, ...]
    stated: Interval
    when: Formula
    subject_to: tuple[Requirement, ...]
    proposal: str
    origin: Origin = field(compare=False)

    @property
    def support(self) -> Support:
        """The weakest mark of its citations."""
        return min(cite.support for cite in self.cites)


@dataclass(frozen=True, slots=True)
class Scope:
    """When an instrument speaks at all."""

    name: str
    cites: tuple[Cite, ...]
    stated: Interval
    when: Formula
    origin: Origin = field(compare=False)

    @property
    def support(self) -> Support:
        """The weakest mark of its citations."""
        return min(cite.support for cite in self.cites)


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """A passage that could not be expressed, why, and which cases it touches."""

    name: str
    instrument: str
    affects: tuple[str, ...]
    cites: tuple[Cite, ...]
    stated: Interval
    because: str
    when: Formula
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact that a proposal would bring about: the variable is true wherever `when` holds."""

    name: str
    proposal: str
    var: str
    value: bool
    cites: tuple[Cite, ...]
    stated: Interval
    when: Formula
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Facts that cannot hold together; no case satisfies `impossible`."""

    name: str
    cites: tuple[Cite, ...]
    because: str
    impossible: Formula
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Property:
    """A claim about the law, to be proved or refuted; no part of the law itself.

    Attributes:
        form: `never` (where `when` holds, none of the outcomes), `always` (one of them), `only` (the
            outcomes occur nowhere else), `exactly` (there and nowhere else), `opened` and `closed`
            (whatever the law of the day makes weaker, or stronger, than it was the day before
            satisfies `when`).
        outcomes: The outcomes that the first four forms speak of.
        nothing: For `opened` and `closed`: the day opened, or closed, nothing at all.
        state: Whose law, or `international`.
        days: The days on which it holds; for `opened` and `closed`, that one day.
    """

    name: str
    form: str
    outcomes: tuple[Outcome, ...]
    nothing: bool
    state: str
    days: Interval
    when: Formula
    cites: tuple[Cite, ...]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """An official text that citations may name."""

    key: str
    title: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, treaty, cabinet decision or guideline."""

    name: str
    title: str
    jurisdiction: str
    force: str
    default: Outcome
    yields_to: tuple[str, ...]
    scopes: tuple[Scope, ...]
    rules: tuple[Rule, ...]
    unmodelled: tuple[Unmodelled, ...]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rules that someone has proposed; never in force unless asked for."""

    name: str
    amends: str
    title: str
    proposed_by: str
    proposed_on: Interval
    status: str
    rules: tuple[Rule, ...]
    assumptions: tuple[Assumption, ...]
    unmodelled: tuple[Unmodelled, ...]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True)
class Library:
    """All instruments, terms, readings and proposals together; immutable."""

    instruments: tuple[Instrument, ...]
    proposals: tuple[Proposal, ...]
    terms: Mapping[str, Term]
    readings: Mapping[str, Reading]
    texts: Mapping[str, Text]
    vars: Mapping[str, Var]
    constraints: tuple[Constraint, ...] = ()
    properties: tuple[Property, ...] = ()

    def instrument(self, name: str) -> Instrument:
        """The instrument of that name. Raises KeyError."""
        for instrument in self.instruments:
            if instrument.name == name:
                return instrument
        raise KeyError(name)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every instrument, proposals left out."""
        return tuple(rule for instrument in self.instruments for rule in instrument.rules)

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """The jurisdictions whose law is encoded, sorted."""
        return tuple(sorted({instrument.jurisdiction for instrument in self.instruments}))
