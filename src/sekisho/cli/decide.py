"""`sekisho decide`."""

from __future__ import annotations

import json
from typing import Any

import click

from sekisho.cli.flags import case_flags, cases_of
from sekisho.cli.guard import DONE, OPEN

EPILOG = """\b
Examples:
  sekisho decide --exporter Japan --recipient Ukraine --item patriot-pac3 --on 2025-12-20
  sekisho decide cases/tour/engines-to-indonesia.yaml --on 2023-12-22
  sekisho decide CASE.yaml --with jp-2026-agreement-with-ukraine
  sekisho decide CASE.yaml --finding special-circumstances=true --proof full
  sekisho decide --exporter KOR --recipient UKR --arms yes --weapon no --json

A fact that you leave out is taken for the plain case (see cases/README.md) or is
unknown; if the answer turns on it, the answer says so. Exit status 4 with
--must-decide where the outcome is undetermined.
"""


@click.command(epilog=EPILOG)
@click.argument("case", required=False, metavar="[CASE]", type=click.Path(allow_dash=True))
@case_flags
@click.option("--id", "ids", multiple=True, metavar="ID", help="Of a file with several cases, this one. Repeatable.")
@click.option(
    "--proof",
    type=click.Choice(["short", "full"]),
    help="How much of the argument: short (default; full in JSON) or full.",
)
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="A memorandum in Markdown.")
@click.option("--must-decide", is_flag=True, help="Exit with status 4 where the outcome is undetermined.")
def command(
    case: str | None,
    ids: tuple[str, ...],
    proof: str | None,
    as_json: bool,
    as_markdown: bool,
    must_decide: bool,
    **flags: Any,
) -> int:
    """May this go? Decide a transfer, with the argument.

    CASE is a YAML, JSON or TOML file with one case or several (`-` is the standard input). Flags
    describe a case without a file, or change what the file says. States and items are understood by
    code or by name.
    """
    from sekisho.cli.opened import desk_for

    if as_json and as_markdown:
        raise click.UsageError("choose one of --json and --markdown")
    desk = desk_for()
    cases = cases_of(desk, case, flags, ids=ids)
    decisions = [desk.decide(each) for each in cases]
    if as_json:
        from sekisho.tell.data import decision_data

        data = [decision_data(each, proof=proof != "short") for each in decisions]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2))
    elif as_markdown:
        from sekisho.tell.markdown import memo

        click.echo("\n---\n\n".join(memo(each, full=proof == "full") for each in decisions), nl=False)
    else:
        from sekisho.cli.answer import answer_lines
        from sekisho.cli.paint import Canvas
        from sekisho.tell.account import account_of

        canvas = Canvas.of()
        for number, each in enumerate(decisions):
            if len(decisions) > 1:
                title = f"{each.case.id or f'case {number + 1}'} ({number + 1} of {len(decisions)})"
                click.echo(("\n" if number else "") + canvas.style(title, "dim"), color=canvas.colour)
            text = "\n".join(line.rstrip() for line in answer_lines(account_of(each, full=proof == "full"), canvas))
            click.echo(text, color=canvas.colour)
    undetermined = any(each.outcome.word == "undetermined" for each in decisions)
    return OPEN if must_decide and undetermined else DONE
