"""Which rules the cases have tried: each should be seen applying, and seen not applying.

A rule applies to a case where its instrument is in scope and its condition holds, whether it then
stands or is defeated; it does not apply where one of the two fails. A case with an unknown fact on
which that turns shows neither. Only days on which the rule is in force count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sekisho.cases import Case
from sekisho.decide.combine import conjunction, holds
from sekisho.desk import Desk


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """How often a rule was seen applying and not applying; `example` names a case of each kind."""

    rule: str
    instrument: str
    proposal: str
    applying: int = 0
    failing: int = 0
    examples: tuple[str, str] = ("", "")

    @property
    def complete(self) -> bool:
        """Whether it was seen both ways."""
        return self.applying > 0 and self.failing > 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of every rule of the library, and of the proposals that some case assumes."""

    rules: tuple[RuleCoverage, ...]
    cases: int

    @property
    def never_applying(self) -> tuple[RuleCoverage, ...]:
        """The rules that no case reaches."""
        return tuple(rule for rule in self.rules if not rule.applying)

    @property
    def never_failing(self) -> tuple[RuleCoverage, ...]:
        """The rules that apply to every case that was tried."""
        return tuple(rule for rule in self.rules if not rule.failing)

    @property
    def complete(self) -> bool:
        """Whether every rule was seen both ways."""
        return all(rule.complete for rule in self.rules)

    def by_instrument(self) -> dict[str, tuple[int, int]]:
        """For each instrument (a proposal counts as its own), its rules seen both ways and all its rules."""
        found: dict[str, tuple[int, int]] = {}
        for rule in self.rules:
            name = rule.proposal or rule.instrument
            done, all_ = found.get(name, (0, 0))
            found[name] = (done + rule.complete, all_ + 1)
        return found


def coverage(desk: Desk, cases: Iterable[Case]) -> Coverage:
    """How the cases try the rules.

    Args:
        desk: The law.
        cases: Any cases, with or without an expectation; each is asked under every law that it meets.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> found = coverage(desk, [desk.case(exporter="JPN", recipient="USA", item="patriot-pac3", date="2023-12-22")])
        >>> [rule.failing for rule in found.rules if rule.rule == "jp-treaty-mines"]
        [1]
    """
    found = {rule.name: RuleCoverage(rule.name, rule.instrument, "") for rule in desk.library.rules}
    proposed = {r.name: RuleCoverage(r.name, r.instrument, r.proposal) for p in desk.library.proposals for r in p.rules}
    count = 0
    for case in cases:
        count += 1
        for law, situation in desk.asked(case):
            for part in law.instruments:
                scope = holds(part.scope, situation.value)
                for rule in part.rules:
                    applies = conjunction(iter((scope, holds(rule.when, situation.value))))
                    seen = found.get(rule.name) or proposed[rule.name]
                    found[rule.name] = _once_more(seen, case, applies=applies)
    return Coverage(tuple(found.values()), count)


def _once_more(seen: RuleCoverage, case: Case, *, applies: bool | None) -> RuleCoverage:
    if applies is None:
        return seen
    name = case.id or f"{case.file}:{case.line}"
    first, second = seen.examples
    if applies:
        return replace(seen, applying=seen.applying + 1, examples=(first or name, second))
    return replace(seen, failing=seen.failing + 1, examples=(first, second or name))
