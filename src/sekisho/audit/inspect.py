"""The checks of the law as a whole, over every case and every version.

What counts as a contradiction. The meaning of the language settles every pair of effects: a
prohibition beats a permission, and so on, so two rules never leave the answer open. Two things are
contradictions all the same, for the page says them without saying which of the two is meant. One
is found in the structure: exceptions, or instruments that yield, that run in a circle. The other is
found here: an exemption and a bar of one instrument that stand together. A permission says *may*
and is limited by a bar without any conflict; an exemption says that the instrument asks for
nothing, a bar that it forbids, and the text must say which is the exception to which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sekisho.audit.coverage import Coverage, coverage
from sekisho.audit.space import Space
from sekisho.base import Day, Place, Trouble, sort_troubles
from sekisho.cases import Case
from sekisho.desk import Desk
from sekisho.ir import INTERNATIONAL, All, Effect, Formula, InForce, Law, Outcome, Rule, Timeline
from sekisho.reason.diagram import FALSE
from sekisho.tell.sentences import Speaker

_BARS = (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit found.

    Attributes:
        troubles: Sorted by place; errors first proved of every case, warnings where the page may mean it.
        rules: How many rules were looked at.
        versions: How many versions of the law.
        coverage: What no case has tried; None where it was not asked for.
    """

    troubles: tuple[Trouble, ...]
    rules: int
    versions: int
    coverage: Coverage | None = None


@dataclass
class _Seen:
    """What has been found out about a rule in any version so far."""

    rule: Rule
    applies: bool = False
    stands: bool = False
    decides: bool = False
    in_scope: bool = False
    beaten_by: set[str] = field(default_factory=set)


def audit(desk: Desk, cases: Iterable[Case] | None = None) -> AuditReport:
    """Look for rules that do nothing, contradictions and gaps, in every version of every state's law.

    Args:
        desk: The law and the facts.
        cases: Where given, the report also says which rules none of them tries.

    Returns:
        A report; its troubles have codes SK221 to SK228.

    Example:
        >>> import sekisho
        >>> [trouble.code for trouble in audit(sekisho.open()).troubles if not trouble.warning]
        []
    """
    troubles: list[Trouble] = []
    rules = versions = 0
    timeline = desk.timeline()
    speaker = Speaker(desk.library, desk.registries)
    for state in (*desk.jurisdictions, INTERNATIONAL):
        own = {i.name for i in desk.library.instruments if i.jurisdiction == state}
        inspector = _Inspector(
            Space(desk.library, timeline, state), speaker, [r for r in desk.library.rules if r.instrument in own]
        )
        troubles += inspector.run()
        rules += len(inspector.rules)
        versions += len(inspector.space.laws)
        for proposal in desk.library.proposals:
            if proposal.amends in own and proposal.rules:
                adopted = Timeline(desk.library, {proposal.name: proposal.proposed_on.first})
                space = Space(desk.library, adopted, state, since=proposal.proposed_on.first)
                troubles += _Inspector(space, speaker, proposal.rules).run_rules()
                rules += len(proposal.rules)
    found = coverage(desk, cases) if cases is not None else None
    return AuditReport(sort_troubles(troubles), rules, versions, found)


class _Inspector:
    """The checks on the law of one state."""

    def __init__(self, space: Space, speaker: Speaker, rules: Iterable[Rule]) -> None:
        self.space = space
        self.diagram = space.diagram
        self.speaker = speaker
        self.rules = {rule.name: rule for rule in rules}
        self._own = {i.name for i in space.library.instruments if i.jurisdiction == space.state}

    def parts(self) -> Iterator[tuple[Law, InForce, int]]:
        """Every instrument of the state in every version, with its scope."""
        for law in self.space.laws:
            for part in law.instruments:
                if self.space.own(part):
                    yield law, part, self.space.scope(part)

    def run_rules(self) -> list[Trouble]:
        """Every trouble of the rules themselves."""
        seen = self._look()
        return [*self._dead(seen), *self._exceptions(seen), *self._requirements(seen)]

    def run(self) -> list[Trouble]:
        """Every trouble of this state's law."""
        return [
            *self.run_rules(),
            *self._passages(),
            *self._contradictions(),
            *self._defaults(),
            *self._gaps(),
        ]

    def exists(self, node: int) -> bool:
        """Whether some case that can be the case meets the condition."""
        return self.space.possible(node) != FALSE

    # Rules that do nothing

    def _look(self) -> dict[str, _Seen]:
        seen = {name: _Seen(rule) for name, rule in self.rules.items()}
        for law, part, scope in self.parts():
            for rule in part.rules:
                each = seen.get(rule.name)
                if each is None:
                    continue
                each.in_scope = True
                if not each.applies:
                    each.applies = self.exists(self.diagram.both(scope, self.space.whole.condition(rule.when)))
                if each.applies and not each.stands:
                    each.stands = self.exists(self.diagram.both(scope, self.space.stands(law, rule)))
                if each.stands and not each.decides and rule.effect.outcome:
                    stronger = [r for r in part.rules if r.effect.outcome and r.effect.outcome > rule.effect.outcome]
                    here = self.diagram.both(scope, self.space.stands(law, rule))
                    left = self.space.less(here, (self.space.stands(law, other) for other in stronger))
                    each.decides = self.exists(left)
                    each.beaten_by.update(
                        other.name
                        for other in stronger
                        if self.exists(self.diagram.both(here, self.space.stands(law, other)))
                    )
        return seen

    def _dead(self, seen: dict[str, _Seen]) -> Iterator[Trouble]:
        for each in seen.values():
            rule, place = each.rule, each.rule.origin.place
            if not each.in_scope:
                yield Trouble(
                    "SK221",
                    f"`{rule.name}` can never apply: its instrument has no scope on any of its days",
                    (place,),
                    why="outside its scope an instrument is silent",
                    help="correct the days of the rule or of the scope",
                )
            elif not each.applies:
                core = self._core(rule)
                yield Trouble(
                    "SK221",
                    f"`{rule.name}` can never apply",
                    (place,),
                    why=f"these cannot all be so at once: {'; '.join(core)}" if core else "its condition never holds",
                    help="mend the condition, or remove the rule",
                )
            elif not each.stands:
                yield Trouble(
                    "SK222",
                    f"`{rule.name}` is defeated whenever it applies",
                    (place, *self._places(self._defeaters(rule))),
                    why="its exceptions leave nothing of it",
                    help="narrow an exception, or remove the rule",
                    warning=True,
                )
            elif rule.effect.outcome and not each.decides:
                yield Trouble(
                    "SK223",
                    f"`{rule.name}` never decides: a stronger rule of its instrument stands wherever it does",
                    (place, *self._places(sorted(each.beaten_by)[:3])),
                    why=f"{_rank(rule.effect.outcome)} is beaten by {self._names(sorted(each.beaten_by))}",
                    help="write it as an exception to what beats it, or remove it",
                    warning=True,
                )

    def _core(self, rule: Rule) -> list[str]:
        """A smallest list of conditions that cannot hold together, in words; scopes are tried first to last."""
        part = next(p for law, p, _ in self.parts() if rule in p.rules)
        parts: list[Formula] = [*_conjuncts(part.scope), *_conjuncts(rule.when)]
        kept = list(parts)
        for each in parts:
            rest = [other for other in kept if other is not each]
            node = 1
            for other in rest:
                node = self.diagram.both(node, self.space.whole.condition(other))
            if not self.exists(node):
                kept = rest
        return [self.speaker.condition(each) for each in kept]

    def _defeaters(self, rule: Rule) -> list[str]:
        return [r.name for law in self.space.laws for r in law.rules if rule.name in r.exception_to][:3]

    # Exceptions, requirements and passages that touch nothing

    def _exceptions(self, seen: dict[str, _Seen]) -> Iterator[Trouble]:
        waiting: dict[tuple[str, str], tuple[Rule, Rule]] = {}
        done: set[tuple[str, str]] = set()
        for law, part, scope in self.parts():
            for rule in part.rules:
                for exception in law.exceptions[rule.name]:
                    pair = (exception.name, rule.name)
                    if pair in done or exception.name not in self.rules:
                        continue
                    node = self.diagram.both(scope, self.space.whole.condition(rule.when))
                    if self.exists(self.diagram.both(node, self.space.stands(law, exception))):
                        done.add(pair)
                        waiting.pop(pair, None)
                    else:
                        waiting[pair] = (exception, rule)
        for exception, rule in waiting.values():
            if all(seen[r.name].stands for r in (exception, rule) if r.name in seen):
                yield Trouble(
                    "SK224",
                    f"the exception `{exception.name}` never defeats `{rule.name}`",
                    (exception.origin.place, rule.origin.place),
                    why="no case meets the conditions of both",
                    help="name the rule that it is meant to defeat, or take the reference away",
                    warning=True,
                )

    def _requirements(self, seen: dict[str, _Seen]) -> Iterator[Trouble]:
        attached: set[str] = set()
        rules = [each.rule for each in seen.values() if each.rule.effect is Effect.REQUIRE and each.applies]
        for law in self.space.laws:
            bases = [
                (r, self.space.scope(part))
                for part in law.instruments
                for r in part.rules
                if r.effect in (Effect.PERMIT, Effect.EXEMPT)
            ]
            for part in law.instruments:
                for rule in part.rules:
                    if rule not in rules or rule.name in attached or not rule.bases:
                        continue
                    node = self.diagram.both(self.space.scope(part), self.space.stands(law, rule))
                    for basis, scope in bases:
                        if basis.name in rule.bases and self.exists(
                            self.diagram.both(node, self.diagram.both(scope, self.space.stands(law, basis)))
                        ):
                            attached.add(rule.name)
                            break
        for rule in rules:
            if rule.bases and rule.name not in attached:
                yield Trouble(
                    "SK228",
                    f"`{rule.name}` attaches to nothing: none of its bases stands where it applies",
                    (rule.origin.place, *self._places(rule.bases[:2])),
                    why="what it requires would never be asked for",
                    help="correct the names after `for`, the condition or the days",
                    warning=True,
                )

    def _passages(self) -> Iterator[Trouble]:
        touched: set[str] = set()
        for _, part, scope in self.parts():
            for passage in part.unmodelled:
                if passage.name not in touched and self.exists(
                    self.diagram.both(scope, self.space.whole.condition(passage.when))
                ):
                    touched.add(passage.name)
        for instrument in self.space.library.instruments:
            if instrument.name not in self._own:
                continue
            for passage in instrument.unmodelled:
                if passage.name not in touched:
                    yield Trouble(
                        "SK221",
                        f"the passage `{passage.name}` can never touch a case",
                        (passage.origin.place,),
                        why="its condition never holds inside the scope of its instrument",
                        help="mend the condition or the days, or remove the block",
                    )

    # Contradictions, defaults, gaps

    def _contradictions(self) -> Iterator[Trouble]:
        told: set[tuple[str, str]] = set()
        for law, part, scope in self.parts():
            bars = [rule for rule in part.rules if rule.effect.outcome in _BARS]
            for rule in part.rules:
                if rule.effect is not Effect.EXEMPT:
                    continue
                here = self.diagram.both(scope, self.space.stands(law, rule))
                for bar in bars:
                    node = self.diagram.both(here, self.space.stands(law, bar))
                    if (rule.name, bar.name) in told or not self.exists(node):
                        continue
                    told.add((rule.name, bar.name))
                    yield Trouble(
                        "SK225",
                        f"`{rule.name}` exempts what `{bar.name}` bars, and neither is an exception to the other",
                        (rule.origin.place, bar.origin.place),
                        why="the bar prevails, but the page does not say that it should",
                        witness=self._witness(node, law.days.first),
                        help=f"write `exception to {rule.name}` in `{bar.name}`, or `exception to {bar.name}` in `{rule.name}`",
                        warning=True,
                    )

    def _defaults(self) -> Iterator[Trouble]:
        reached: set[str] = set()
        asked: dict[str, Place] = {}
        for law, part, scope in self.parts():
            instrument = part.instrument
            if instrument.default is not Outcome.PROHIBITED or instrument.name in reached:
                continue
            asked[instrument.name] = instrument.origin.place
            deciding = [rule for rule in part.rules if rule.effect.outcome]
            if self.exists(self.space.less(scope, (self.space.stands(law, rule) for rule in deciding))):
                reached.add(instrument.name)
        for name, place in asked.items():
            if name not in reached:
                yield Trouble(
                    "SK227",
                    f"the default of `{name}` can never answer",
                    (place,),
                    why="the list is said to be closed, but some rule decides every case in its scope",
                    help="narrow the rule that takes every case, or state another default",
                    warning=True,
                )

    def _gaps(self) -> Iterator[Trouble]:
        """A closed list that ends, and cases of which nothing in the state's law then speaks."""
        for before, after in zip(self.space.laws, self.space.laws[1:], strict=False):
            now = list(self._spoken(after))
            for part in before.instruments:
                if not self.space.own(part) or part.instrument.default is not Outcome.PROHIBITED:
                    continue
                eve = after.days.first - timedelta(days=1)
                ended = [scope for scope in part.scopes if scope.stated.last == eve]
                for scope in ended:
                    node = self.space.less(self.space.whole.condition(scope.when), now)
                    if self.exists(node):
                        yield Trouble(
                            "SK226",
                            f"the closed list `{part.instrument.name}` ends on {eve}, and nothing takes its place",
                            (scope.origin.place,),
                            why="cases that were barred by its default are free from one day to the next, without a word",
                            witness=self._witness(node, after.days.first),
                            help="give the scope of what follows, or write a rule that says that they are free",
                            warning=True,
                        )

    def _spoken(self, law: Law) -> Iterator[int]:
        """Where the state's own law says something: a default other than free, or a rule that decides."""
        for part in law.instruments:
            if self.space.own(part):
                scope = self.space.scope(part)
                if part.instrument.default is not Outcome.FREE:
                    yield scope
                    continue
                for rule in part.rules:
                    if rule.effect.outcome:
                        yield self.diagram.both(scope, self.space.stands(law, rule))

    # Words

    def _witness(self, node: int, day: Day) -> str:
        return self.space.witness(node, day, self.speaker.condition)

    def _places(self, names: Sequence[str]) -> tuple[Place, ...]:
        by_name = {rule.name: rule.origin.place for law in self.space.laws for rule in law.rules}
        return tuple(by_name[name] for name in dict.fromkeys(names) if name in by_name)

    def _names(self, names: Sequence[str]) -> str:
        shown = ", ".join(f"`{name}`" for name in names[:3])
        return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _conjuncts(formula: Formula) -> list[Formula]:
    return [part for each in formula.parts for part in _conjuncts(each)] if isinstance(formula, All) else [formula]


def _rank(outcome: Outcome) -> str:
    return {
        Outcome.FREE: "an exemption",
        Outcome.MAY_BE_PERMITTED: "a permission",
        Outcome.PRESUMED_DENIED: "a presumption of denial",
    }.get(outcome, "a bar")
