"""`sekisho take`."""

from __future__ import annotations

import json
from typing import Any

import click

from sekisho.cli.flags import case_flags, cases_of
from sekisho.cli.guard import DONE

EPILOG = """\b
Examples:
  sekisho take --exporter Japan --recipient Ukraine --item patriot-pac3 --on 2026-11-21
  sekisho take CASE.yaml --to free
  sekisho take CASE.yaml --fix governments --fix authority
  sekisho take CASE.yaml --free recipient --max 10
  sekisho take CASE.yaml --with jp-2026-agreement-with-ukraine --json

A card is a smallest set of changes: nothing in it can be left out. TERM is a fact, a
term or a group: parties, authority, governments, legislator, item, readings. With
--json every card is given.
"""


@click.command(epilog=EPILOG)
@click.argument("case", required=False, metavar="[CASE]", type=click.Path(allow_dash=True))
@click.option(
    "--to", "wish", metavar="OUTCOME", default="may-be-permitted", help="The outcome to reach (may-be-permitted)."
)
@click.option("--fix", multiple=True, metavar="TERM", help="Keep this as it is. Repeatable.")
@click.option("--free", multiple=True, metavar="TERM", help="Let this change, too. Repeatable.")
@click.option(
    "--max", "most", type=click.IntRange(1, 60), default=3, metavar="N", help="Show at most N cards a group (3)."
)
@click.option(
    "--changes", type=click.IntRange(1, 6), default=3, metavar="N", help="Look for sets of at most N changes (3)."
)
@case_flags
@click.option("--id", "ids", multiple=True, metavar="ID", help="Of a file with several cases, this one. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Markdown instead of text.")
def command(
    case: str | None,
    wish: str,
    fix: tuple[str, ...],
    free: tuple[str, ...],
    most: int,
    changes: int,
    ids: tuple[str, ...],
    as_json: bool,
    as_markdown: bool,
    **flags: Any,
) -> int:
    """What would it take? The smallest changes after which the law gives another outcome.

    Sorted by who could make them: the parties, an authority, governments, whoever makes the law.
    CASE and the flags are those of `decide`. Every smallest set is found, so where none is shown
    there is none.
    """
    from sekisho.cli.opened import desk_for
    from sekisho.cli.words import outcome_of_word

    if as_json and as_markdown:
        raise click.UsageError("choose one of --json and --markdown")
    wanted = outcome_of_word(wish)
    desk = desk_for()
    cases = cases_of(desk, case, flags, ids=ids)
    found = [desk.take(each, wanted, fix=fix, free=free, at_most=changes, law=each.law) for each in cases]
    if as_json:
        from sekisho.tell.take_data import take_data

        data = [take_data(each, desk.inquiry) for each in found]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2))
        return DONE
    from sekisho.cli.report import report_lines
    from sekisho.tell.report import report_markdown
    from sekisho.tell.take import Hand

    reports = [Hand(each, desk.inquiry, most=most).report() for each in found]
    if as_markdown:
        click.echo("\n---\n\n".join(report_markdown(each) for each in reports), nl=False)
        return DONE
    from sekisho.cli.paint import Canvas

    canvas = Canvas.of()
    for number, report in enumerate(reports):
        text = "\n".join(line.rstrip() for line in report_lines(report, canvas))
        click.echo(("\n" if number else "") + text, color=canvas.colour)
    return DONE
