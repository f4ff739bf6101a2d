"""`sekisho compare`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sekisho.cli.flags import today
from sekisho.cli.guard import DONE

if TYPE_CHECKING:
    from sekisho.base import Day
    from sekisho.desk import Desk
    from sekisho.ir import Law
    from sekisho.tell.compare import Asked, Difference

EPILOG = """\b
Examples:
  sekisho compare 2026-04-20 2026-04-21 --state JPN
  sekisho compare 2022-03-07 2022-03-08 --state JPN --for recipient=UKR
  sekisho compare 2026-11-21 2026-11-21+jp-2026-agreement-with-ukraine --for recipient=UKR,item=patriot-pac3
  sekisho compare JPN KOR --on 2026-11-21 --for recipient=UKR
  sekisho compare law my-law --state JPN --on 2026-11-21 --markdown

A side is a day, a day with proposals (DAY+PROPOSAL), a state whose law is encoded, or
a folder of rulebooks. --for fixes facts, several with commas; a state that is fixed
brings what the registries say of it, an item what is known of it.
"""


@dataclass(frozen=True)
class Side:
    """One of the two laws."""

    desk: Desk
    state: str
    day: Day
    proposals: tuple[str, ...]
    folder: str = ""


@click.command(epilog=EPILOG)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--state", metavar="STATE", help="Whose law, where A and B don't say it (JPN, or `international`).")
@click.option("--on", "on", metavar="DAY", help="The law date, where A and B don't say it. Today, if not given.")
@click.option("--for", "restrict", multiple=True, metavar="NAME=VALUE,…", help="Only these cases. Repeatable.")
@click.option(
    "--facts-on", metavar="DAY", help="The day whose facts count for a state in --for; that of B if not given."
)
@click.option(
    "--max", "most", type=click.IntRange(1, 500), metavar="N",
    help="Show at most N changes of each kind (3); with --full at most N in all (8).",
)  # fmt: skip
@click.option("--full", is_flag=True, help="All of it: exact counts, every condition, what is left out, examples.")
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Markdown instead of text.")
def command(
    before: str,
    after: str,
    state: str | None,
    on: str | None,
    restrict: tuple[str, ...],
    facts_on: str | None,
    most: int | None,
    full: bool,
    as_json: bool,
    as_markdown: bool,
) -> int:
    """What changed? Exactly which cases two laws answer differently.

    What opened and what closed, under which conditions and through which rules, with the
    documented cases that flip; with --full, --json or --markdown every count and a witness of
    each. Where there is no difference, that is proved.
    """
    from sekisho.cli.opened import desk_for

    if as_json and as_markdown:
        raise click.UsageError("choose one of --json and --markdown")
    desk = desk_for()
    whose = state_of(desk, state) if state else ""
    one, two = (_side(desk, text, whose, day_of(on) if on else None) for text in (before, after))
    facts = day_of(facts_on) if facts_on else two.day
    told = _told(one, two, restriction(desk, restrict), facts, most, full=full or as_json or as_markdown)
    if as_json:
        from sekisho.tell.compare import compare_data

        click.echo(json.dumps(compare_data(told), ensure_ascii=False, indent=2))
        return DONE
    report = told.report()
    if as_markdown:
        from sekisho.tell.report import report_markdown

        click.echo(report_markdown(report), nl=False)
        return DONE
    from sekisho.cli.paint import Canvas
    from sekisho.cli.report import report_lines

    canvas = Canvas.of()
    click.echo("\n".join(line.rstrip() for line in report_lines(report, canvas)), color=canvas.colour)
    return DONE


def _told(one: Side, two: Side, asked: Asked, facts: Day, most: int | None, *, full: bool) -> Difference:
    from sekisho.reason import across as books
    from sekisho.tell.compare import Difference

    laws = [_law(side) for side in (one, two)]
    inquiry = two.desk.inquiry
    if one.desk is two.desk:
        compared = inquiry.compare(laws[0], laws[1], fixed=asked.fixed, facts_on=facts)
        whole = inquiry.whole(one.state, two.state)
    else:
        sides = [
            books.Side(_proposing(side).inquiry, law, side.day) for side, law in zip((one, two), laws, strict=True)
        ]
        compared, whole = books.across(sides[0], sides[1], fixed=asked.fixed, facts_on=facts)
    names, days = (_name(one), _name(two)), (one.day, two.day, facts)
    return Difference(compared, inquiry, whole, sides=names, asked=asked, most=most, full=full, days=days)


def _law(side: Side) -> Law:
    """The law of a side.

    Raises:
        TroubleError: It is not encoded.
    """
    from sekisho.base import Trouble, TroubleError

    desk = side.desk
    if side.state not in desk.library.jurisdictions:
        known = ", ".join(desk.library.jurisdictions)
        raise TroubleError(
            [Trouble("SK506", f"the law of `{side.state}` is not encoded", help=f"encoded are: {known}")]
        )
    return _proposing(side).law(side.state, side.day)


def _proposing(side: Side) -> Desk:
    """The desk of a side, with its proposals adopted."""
    return side.desk.with_proposals(side.proposals) if side.proposals else side.desk


def _name(side: Side) -> str:
    """What a side is called."""
    from sekisho.ir import INTERNATIONAL
    from sekisho.tell.words import day_words, listed

    names = side.desk.registries.names
    whose = "the international layer" if side.state == INTERNATIONAL else f"the law of {names.in_prose(side.state)}"
    where = f" in {side.folder}" if side.folder else ""
    proposed = f" with {listed(name.partition('@')[0] for name in side.proposals)}" if side.proposals else ""
    return f"{whose}{where} on {day_words(side.day)}{proposed}"


def _side(desk: Desk, text: str, state: str, on: Day | None) -> Side:
    """The law that a side names."""
    from sekisho.base import Trouble, TroubleError

    head, *proposals = text.split("+")
    if head[:1].isdigit():
        day = day_of(head)
        return Side(
            desk, state or _only(desk), day, tuple(f"{name}@{day}" if "@" not in name else name for name in proposals)
        )
    day = on or day_of(today(desk))
    folder = Path(head)
    if folder.is_dir():
        from sekisho.desk import open_desk

        other = open_desk(folder)
        whose = state or _only(other)
        return Side(other, whose, day, tuple(proposals), head)
    code = head if head in desk.library.jurisdictions else desk.registries.find_state(head)
    if code is None:
        help_ = "name a day, DAY+PROPOSAL, a state whose law is encoded, or a folder of rulebooks"
        raise TroubleError([Trouble("SK513", f"`{head}` is no law that could be compared", help=help_)])
    return Side(desk, code, day, tuple(f"{name}@{day}" if "@" not in name else name for name in proposals))


def _only(desk: Desk) -> str:
    """The one state whose law is encoded; where there are several, one has to be named."""
    if len(desk.jurisdictions) != 1:
        known = ", ".join(desk.library.jurisdictions)
        raise click.UsageError(f"say whose law with --state: {known}")
    return desk.jurisdictions[0]


def day_of(text: str) -> Day:
    """The day that a text names.

    Raises:
        TroubleError: There is no such day.
    """
    from sekisho.base import Trouble, TroubleError, mend_day, parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise TroubleError([Trouble("SK405", str(error), help=mend_day(text))]) from error


def state_of(desk: Desk, text: str) -> str:
    """The code of the state that a text names, by code or name; `international` stays as it is.

    Raises:
        TroubleError: There is no such state.
    """
    from sekisho.base import Trouble, TroubleError

    if text in desk.library.jurisdictions:
        return text
    code = desk.registries.find_state(text)
    if code is None:
        close = [desk.registries.names.of(each) for each in desk.registries.suggest_state(text)]
        help_ = f"did you mean {' or '.join(close)}?" if close else "write a code such as JPN"
        raise TroubleError([Trouble("SK407", f"no state is called `{text}`", help=help_)])
    return code


def restriction(desk: Desk, given: tuple[str, ...]) -> Asked:
    """What `--for` fixes: facts with their values; a state by any name, an item with what is known of it.

    Raises:
        TroubleError: There is no such state or item.
    """
    from sekisho.cases.fields import RELATIONS
    from sekisho.tell.compare import Asked

    only: dict[str, str] = {}
    items: list[str] = []
    known: dict[str, str] = {}
    lists: dict[str, tuple[str, ...] | None] = {}
    for pair in (each for group in given for each in group.split(",") if each.strip()):
        name, sign, value = (part.strip() for part in pair.partition("="))
        if not sign or not name or not value:
            raise click.UsageError(f"`{pair.strip()}` is not of the form NAME=VALUE")
        if name == "item":
            key, facts, listed = _item(desk, value)
            items.append(key)
            known.update(facts)
            lists.update(listed)
            continue
        var = desk.library.vars.get(name)
        term = desk.library.terms.get(var.term) if var is not None else None
        if term is not None and term.type == "state":
            only[name] = state_of(desk, value)
        else:
            only[name] = {"yes": "true", "no": "false"}.get(value.lower(), value)
    # Who licenses the item, say, is known of it: so it is known whether the recipient does.
    for var in desk.library.vars.values():
        relation = RELATIONS.get(var.term)
        if relation and relation.role in only and (states := lists.get(relation.field)) is not None:
            known[var.name] = "true" if only[relation.role] in states else "false"
    return Asked(only, tuple(items), {name: value for name, value in known.items() if name not in only})


def _item(desk: Desk, name: str) -> tuple[str, dict[str, str], dict[str, tuple[str, ...] | None]]:
    """The key of an item, what is known of it, variable by variable, and its lists of states."""
    from sekisho.base import Trouble, TroubleError
    from sekisho.cases.fields import RELATIONS

    key = desk.registries.find_item(name)
    if key is None:
        close = desk.registries.suggest_item(name)
        help_ = f"did you mean {' or '.join(f'`{each}`' for each in close)}?" if close else "see `sekisho show items`"
        raise TroubleError([Trouble("SK408", f"no item is called `{name}`", help=help_)])
    case = desk.case(date=desk.registries.complete_to or today(desk), item=key)
    outlook = desk.outlook(case, desk.jurisdictions[0])
    found: dict[str, str] = {}
    for var in desk.library.vars.values():
        term = desk.library.terms.get(var.term)
        if term is not None and term.subject == "item" and not term.relation and term.supplier == "case":
            value = outlook.values[var.name]
            if value is not None and "=" not in var.name:
                found[var.name] = value
    fields = {relation.field for relation in RELATIONS.values()}
    return key, found, {field: getattr(case.item, field) for field in fields}
