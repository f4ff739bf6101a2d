"""Openness for single states and for classes of them: what is fixed about each, on which days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sekisho.base import Day, Trouble, TroubleError, nearest
from sekisho.cases.fields import RELATIONS
from sekisho.ir import Term
from sekisho.reason.openness import Share, openness, together

if TYPE_CHECKING:
    from sekisho.reason.inquiry import Inquiry

Items = Mapping[str, Mapping[str, str]]


def shares_of(
    inquiry: Inquiry, state: str, recipients: Iterable[str], first: Day, last: Day, items: Items
) -> tuple[Share, ...]:
    """The shares of states and of classes of states; see `Inquiry.openness`.

    Raises:
        TroubleError: A recipient is neither a state nor a term that a registry answers.
    """
    asked = tuple(dict.fromkeys(recipients))
    states = inquiry.office.registries.names.records["states"]
    classes = {name: _class(inquiry, name) for name in asked if name != "*" and name not in states}
    every = sorted(code for code in states if code != state) if classes else []
    singles = dict.fromkeys((*(name for name in asked if name not in classes), *every))
    rows: dict[str, dict[str, list[Share]]] = {}
    for row in _shares(inquiry, state, singles, first, last, items):
        rows.setdefault(row.recipient, {}).setdefault(row.item, []).append(row)
    found: list[Share] = []
    for name in asked:
        belongs = _belongs(inquiry, classes[name], state) if name in classes else None
        for item in items:
            if belongs is None:
                found.extend(rows[name][item])
            else:
                found.extend(together({code: rows[code][item] for code in every}, belongs, name))
    return tuple(found)


def _class(inquiry: Inquiry, name: str) -> Term:
    """The term that stands for a class of states.

    Raises:
        TroubleError: There is no such term, or no registry answers it.
    """
    terms = inquiry.library.terms
    term = terms.get(name)
    if term is None or term.type != "truth" or term.registry is None:
        known = [each.name for each in terms.values() if each.registry and each.type == "truth"]
        close = nearest(name, known, count=2)
        help_ = f"did you mean {' or '.join(f'`{each}`' for each in close)}?" if close else "write the code of a state"
        raise TroubleError([Trouble("SK502", f"`{name}` is neither a state nor a class of states", help=help_)])
    return term


def _belongs(inquiry: Inquiry, term: Term, state: str) -> Callable[[str, Day], bool]:
    """Whether a state is in a class on a day, as the registries have it."""
    registries = inquiry.office.registries
    registry, kind = term.registry or ("", "")
    about = registries.kind(registry, kind)
    other = state if about is not None and about.two else None
    held: dict[str, tuple[list[Day], list[bool]]] = {}

    def belongs(code: str, day: Day) -> bool:
        if code not in held:
            days = [Day.min, *registries.change_days(registry, kind, code, other)]
            found = [registries.look_up(registry, kind, code, other, on=each).value is True for each in days]
            held[code] = days, found
        days, values = held[code]
        return values[bisect_right(days, day) - 1]

    return belongs


def _shares(
    inquiry: Inquiry, state: str, recipients: Iterable[str], first: Day, last: Day, items: Items
) -> tuple[Share, ...]:
    """The shares of single states; states of which the same is known share their counts."""
    timeline = inquiry.office.timeline()
    law_days = [day for day in timeline.change_days(state) if first < day <= last]
    versions = [timeline.law(state, day) for day in (first, *law_days)]
    days: dict[str, Sequence[Day]] = {}
    facts: dict[str, Sequence[Day]] = {}
    known: dict[tuple[str, Day], Mapping[str, str]] = {}
    alike: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
    for code in recipients:
        facts[code] = (first, *sorted(d for d in _fact_days(inquiry, code, state) if first < d <= last))
        days[code] = sorted({*law_days, *facts[code]})

    def facts_on(code: str, day: Day) -> Mapping[str, str]:
        since = facts[code][bisect_right(facts[code], day) - 1]
        if (code, since) not in known:
            found = _known(inquiry, code, state, since)
            known[code, since] = alike.setdefault(tuple(sorted(found.items())), found)
        return known[code, since]

    return openness(inquiry.whole(state), versions, inquiry.library.readings, facts_on, days, last, items)


def _known(inquiry: Inquiry, code: str, state: str, day: Day) -> Mapping[str, str]:
    """What is fixed about a recipient; one that no rule names is `*`, like every other such state.

    That it licenses an item, takes part in one or makes parts of one is open only where the register
    of items has such an item: else cases that no state is in would be counted.
    """
    found = inquiry.facts_of({"recipient": code, "exporter": state}, state, day)
    for var in inquiry.library.vars.values():
        relation = RELATIONS.get(var.term)
        if relation and relation.role == "recipient" and not _listed(inquiry, relation.field, code):
            found[var.name] = "false"
    return found if code in inquiry.library.vars["recipient"].domain else {**found, "recipient": "*"}


def _listed(inquiry: Inquiry, field: str, code: str) -> bool:
    """Whether some item of the register has the state in a list."""
    lists = (item.fields.get(field) for item in inquiry.office.registries.items.values())
    return any(isinstance(states, tuple) and code in states for states in lists)


def _fact_days(inquiry: Inquiry, code: str, state: str) -> set[Day]:
    """The days on which some registry says another thing of a recipient."""
    registries = inquiry.office.registries
    roles = {"recipient": code, "exporter": state, "this-state": state}
    days: set[Day] = set()
    for term in inquiry.library.terms.values():
        if term.registry is None or registries.kind(*term.registry) is None:
            continue
        if term.subject in roles and term.relation in ("", *roles):
            days.update(registries.change_days(*term.registry, roles[term.subject], roles.get(term.relation, state)))
    return days
