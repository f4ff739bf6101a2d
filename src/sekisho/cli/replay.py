"""`sekisho replay`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from sekisho.cli.guard import DONE, FOUND, TROUBLE, show_troubles

if TYPE_CHECKING:
    from sekisho.cli.paint import Canvas
    from sekisho.desk import Replayed

EPILOG = """\b
Examples:
  sekisho replay cases
  sekisho replay cases/history/japan.yaml --json
  sekisho replay cases --with jp-2026-agreement-with-ukraine

A case agrees if its decision is one of the outcomes that it expects. Of the rest, those
that come out undetermined are counted by themselves. Cases without `expect` are passed
over. Exit status 3 where a case does not agree, 1 where a file is not sound.
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILES…")
@click.option(
    "--with", "with_", multiple=True, metavar="PROPOSAL", help="Assume that a proposal was adopted. Repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="Only the last line.")
def command(paths: tuple[Path, ...], with_: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Decide case files (or folders of them) and compare with what they expect.

    The last line is `N cases: A agree, D disagree, U undetermined`.
    """
    from sekisho.cases import CaseReader, case_files
    from sekisho.cli.opened import desk_for
    from sekisho.cli.paint import Canvas

    desk = desk_for()
    if with_:
        desk = desk.with_proposals(with_)
    reader = CaseReader(desk.library, desk.registries)
    files, troubles = case_files(list(paths))
    cases = [case for path in files for case in reader.read_file(path)]
    troubles.extend(reader.troubles)
    expecting = [case for case in cases if case.expect]
    replayed: list[Replayed] = []
    with _Progress(len(expecting)) as progress:
        for each in desk.replay(expecting):
            replayed.append(each)
            progress.step()
    agree = [each for each in replayed if each.agrees]
    rest = [each for each in replayed if not each.agrees]
    open_ = [each for each in rest if each.decision.outcome.word == "undetermined"]
    against = [each for each in rest if each.decision.outcome.word != "undetermined"]
    if as_json:
        data = {
            "cases": len(replayed),
            "agree": len(agree),
            "disagree": len(against),
            "undetermined": len(open_),
            "without_expectation": len(cases) - len(expecting),
            "disagreements": [_data(each) for each in rest],
            "troubles": [trouble.to_dict() for trouble in troubles],
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        canvas = Canvas.of()
        show_troubles(troubles)
        if not quiet:
            for each in (*against, *open_):
                text = "\n".join(line.rstrip() for line in _lines(each, canvas))
                click.echo(text + "\n", color=canvas.colour)
        if files or not troubles:
            click.echo(f"{len(replayed)} cases: {len(agree)} agree, {len(against)} disagree, {len(open_)} undetermined")
    if troubles:
        return TROUBLE
    return FOUND if rest else DONE


def _lines(each: Replayed, canvas: Canvas) -> Iterator[str]:
    """One disagreement: both answers, the provisions, and why the case expects what it does."""
    from sekisho.cli.answer import BADGE
    from sekisho.ir import Outcome
    from sekisho.tell.account import question_of
    from sekisho.tell.entry import carriers
    from sekisho.tell.sentences import Speaker
    from sekisho.tell.words import SYMBOL, day_words, listed, outcome_words

    case, decision = each.case, each.decision
    situation = decision.legs[0].situation
    speaker = Speaker(situation.library, situation.registries, situation)
    sign = "?" if decision.outcome is Outcome.UNDETERMINED else "✗"
    where = f"{case.file}:{case.line}" if case.line else case.file
    yield f"{canvas.style(sign, 'open' if sign == '?' else 'bad')} {canvas.style(case.id or 'case without id', 'strong')}  {canvas.style(where, 'dim')}"
    yield from _said("  ", "case", f"{question_of(decision, speaker)}, {day_words(case.date)}", canvas)
    expected = [Outcome.of(word) for word in case.expect]
    yield from _said("  ", "expected", listed((f"{SYMBOL[o]} {outcome_words(o)}" for o in expected), "or"), canvas)
    got = f"{SYMBOL[decision.outcome]} {outcome_words(decision.outcome)}"
    cites = list(dict.fromkeys(f"{speaker.cite(c.cites[0])} ({c.name})" for c in carriers(decision) if c.cites))
    yield from _said(
        "  ", "decided", got + (f": {listed(cites[:4])}" if cites else ""), canvas, BADGE[decision.outcome]
    )
    if decision.turns_on:
        yield from _said("  ", "turns on", listed(decision.turns_on), canvas)
    if decision.not_encoded:
        yield from _said("  ", "not encoded", listed(speaker.state(code) for code in decision.not_encoded), canvas)
    if case.because:
        yield from _said("  ", "because", case.because, canvas)


def _said(indent: str, name: str, text: str, canvas: Canvas, tone: str = "") -> Iterator[str]:
    lines = canvas.wrap(text, first=14, rest=14, tone=tone)
    yield f"{indent}{canvas.style(name.ljust(12), 'dim')}{lines[0]}"
    yield from lines[1:]


def _data(each: Replayed) -> dict[str, Any]:
    from sekisho.tell.data import decision_data

    data = decision_data(each.decision, proof=False)
    return {
        "id": each.case.id,
        "file": each.case.file,
        "line": each.case.line,
        "on": each.case.date.isoformat(),
        "expected": list(each.case.expect),
        "decided": each.decision.outcome.word,
        "basis": data["basis"],
        "bars": data["bars"],
        "turns_on": data["turns_on"],
        "not_encoded": data["not_encoded"],
        "because": each.case.because,
    }


class _Progress:
    """A line on the terminal's error stream while a long run lasts; nothing where there is no terminal."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.next = time.monotonic() + 0.6
        self.shown = False
        self.on = sys.stderr.isatty()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        if self.on and time.monotonic() >= self.next:
            self.next = time.monotonic() + 0.1
            self.shown = True
            filled = 30 * self.done // max(1, self.total)
            sys.stderr.write(f"\r{'━' * filled}{'╌' * (30 - filled)}  {self.done} of {self.total} cases ")
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r" + " " * 64 + "\r")
            sys.stderr.flush()
