"""`sekisho verify`."""

from __future__ import annotations

import json
import sys
from typing import Self

import click

from sekisho.cli.guard import DONE, FOUND

EPILOG = """\b
Examples:
  sekisho verify
  sekisho verify jp-2022-opened-only-non-weapons
  sekisho verify --jurisdiction KOR
  sekisho verify --json

Without a NAME, contradictions, gaps, dead rules and exceptions without effect are looked
for as well, in every version of the law. Exit status 3 where a property is refuted, or
one of these is found that is no mere warning.
"""


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--jurisdiction", metavar="STATE", help="Only properties of this law (JPN, or `international`).")
@click.option("--law", "law", type=click.Path(exists=True, file_okay=False), help="A folder of rulebooks of your own.")
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Markdown instead of text.")
def command(names: tuple[str, ...], jurisdiction: str | None, law: str | None, as_json: bool, as_markdown: bool) -> int:
    """Does it always hold? Properties of the law, proved or refuted.

    A property is a `property` block of a rulebook. It is proved for every case on every day that it
    speaks of, or refuted with a case, which is then decided. All of them where no NAME is given.
    """
    from sekisho.audit import audit, sourced
    from sekisho.cli.compare import state_of
    from sekisho.cli.opened import desk_for
    from sekisho.tell.verify import Looked, Tested, verify_data

    if as_json and as_markdown:
        raise click.UsageError("choose one of --json and --markdown")
    if law is None:
        desk = desk_for()
    else:
        from sekisho.desk import open_desk

        desk = open_desk(law)
    wanted = list(names)
    if jurisdiction is not None:
        state = state_of(desk, jurisdiction)
        own = [claim.name for claim in desk.library.properties if claim.state == state]
        wanted = [name for name in names if name in own] if names else own
        if not wanted:
            click.echo(f"no property is about the law of `{state}`", err=True)
            return DONE
    looked = None
    with _Doing() as doing:
        doing("proving properties …")
        verdicts = desk.verify(wanted)
        if not names and jurisdiction is None:
            doing("looking for contradictions and gaps …")
            found = audit(desk)
            looked = Looked(found.troubles, found.rules, found.versions)
        doing("finding out on which rules the proofs rest …")
        told = Tested(verdicts, desk.inquiry, sourced(desk, verdicts), looked)
    if as_json:
        click.echo(json.dumps(verify_data(told), ensure_ascii=False, indent=2))
    elif as_markdown:
        from sekisho.tell.report import report_markdown

        click.echo(report_markdown(told.report()), nl=False)
    else:
        from sekisho.cli.paint import Canvas
        from sekisho.cli.report import report_lines

        canvas = Canvas.of()
        click.echo("\n".join(line.rstrip() for line in report_lines(told.report(), canvas)), color=canvas.colour)
    return FOUND if told.refuted or (looked is not None and looked.serious) else DONE


class _Doing:
    """What is being done, on one line of a terminal that is wiped at the end; nothing where there is no terminal."""

    def __enter__(self) -> Self:
        return self

    def __call__(self, what: str) -> None:
        """Say it in place of what was said before."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{what}")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        self("")
