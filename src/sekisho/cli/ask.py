"""`sekisho ask`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.flags import case_flags, fields_of, today
from sekisho.cli.guard import DONE, OPEN

if TYPE_CHECKING:
    from sekisho.cli.paint import Canvas
    from sekisho.desk import Desk
    from sekisho.interview import Interview, Question

EPILOG = """\b
Examples:
  sekisho ask
  sekisho ask --exporter Japan --recipient Philippines
  sekisho ask --exporter KOR --on 2024-06-01 --save my-case.yaml
  sekisho ask --exporter Japan --recipient Ukraine --all

Answer in plain words, by number, or with `unknown`; Enter takes the answer of the plain
case where one is shown. `back` takes the last answer back, `stop` decides with what is known.
"""


@click.command(epilog=EPILOG)
@case_flags
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Save the case to this file when done.")
@click.option("--proof", type=click.Choice(["short", "full"]), default="short", help="How much of the argument.")
@click.option(
    "--all", "every", is_flag=True, help="Also show which questions no longer matter, and why this one comes first."
)
@click.option("--must-decide", is_flag=True, help="Exit with status 4 where the outcome is undetermined.")
def command(save: Path | None, proof: str, every: bool, must_decide: bool, **flags: Any) -> int:
    """What do you need to know? Decide by interview.

    Only questions are put whose answer can still change the outcome, in the order in which the
    fewest are to be expected; each says why it is asked.
    """
    from sekisho.cli.answer import answer_lines
    from sekisho.cli.opened import desk_for
    from sekisho.cli.paint import Canvas
    from sekisho.interview import Interview
    from sekisho.tell.account import account_of

    desk = desk_for()
    fields = fields_of(flags)
    fields = {"date": fields.pop("date", None) or today(desk), **fields}
    item = fields.get("item")
    if isinstance(item, dict) and set(item) == {"key"}:
        fields["item"] = item["key"]
    if save is not None and not save.parent.is_dir():
        raise click.UsageError(f"there is no folder `{save.parent}`")
    desk.case(**fields)
    canvas = Canvas.of()
    click.echo(
        canvas.style(f"The law of {fields['date']} (change with --on). Enter `?` where you don't know.", "dim"),
        color=canvas.colour,
    )
    talk = converse(desk, Interview(fields), canvas, every=every)
    decision = desk.decide(talk.case(desk))
    click.echo("")
    account = account_of(decision, full=proof == "full")
    click.echo("\n".join(line.rstrip() for line in answer_lines(account, canvas)), color=canvas.colour)
    if save is not None:
        from sekisho.cli.fmt import write_whole

        write_whole(save, yaml_of(_saved(talk.fields)))
        click.echo(f"\nsaved to {save}", err=True)
    return OPEN if must_decide and decision.outcome.word == "undetermined" else DONE


def converse(desk: Desk, talk: Interview, canvas: Canvas, *, every: bool = False) -> Interview:
    """Put questions until none is left that could change the outcome; with `every`, say which have lapsed."""
    from sekisho.base import TroubleError
    from sekisho.interview import answer, idle_terms, next_question

    past: list[Interview] = []
    lapsed: set[str] = set()
    while (question := next_question(desk, talk)) is not None:
        _put(question, canvas, len(past) + 1)
        if every:
            idle = idle_terms(desk, talk)
            _explain(question, [term for term in idle if term not in lapsed], canvas)
            lapsed.update(idle)
        while True:
            said = _read(question)
            if said.strip().lower() in ("stop", "quit", "exit"):
                return talk
            if said.strip().lower() == "back":
                if past:
                    talk = past.pop()
                    break
                click.echo("  this is the first question")
                continue
            try:
                after = answer(desk, talk, question, said)
                after.case(desk)
            except ValueError as error:
                _say(str(error), canvas)
                continue
            except TroubleError as error:
                _say("; ".join(trouble.headline for trouble in error.troubles), canvas)
                continue
            past.append(talk)
            talk = after
            break
    return talk


def _put(question: Question, canvas: Canvas, number: int) -> None:
    from sekisho.cli.paint import NBSP

    lines = canvas.wrap(question.text, first=4, rest=4, tone="strong")
    click.echo(f"\n{canvas.style(f'{number:>2}. ', 'open')}{lines[0]}", color=canvas.colour)
    for line in lines[1:]:
        click.echo(line, color=canvas.colour)
    if question.why:
        for number_, line in enumerate(canvas.wrap(question.why, first=4, rest=4, tone="dim")):
            click.echo(f"    {line}" if number_ == 0 else line, color=canvas.colour)
    if question.choices:
        options = " ".join(f"{i}{NBSP}{choice}{NBSP}" for i, choice in enumerate(question.choices, 1))
        for number_, line in enumerate(canvas.wrap(options, first=4, rest=4)):
            click.echo(f"    {line}" if number_ == 0 else line, color=canvas.colour)


def _explain(question: Question, idle: Iterable[str], canvas: Canvas) -> None:
    """Why this question comes first, and which others no answer can make matter any more."""
    from sekisho.tell.words import label, listed

    fresh = [label(term) for term in idle]
    said = [f"first because {question.order}"] if question.order else []
    if fresh:
        said.append(f"⊘ no longer matters: {listed(fresh)}")
    for text in said:
        for number, line in enumerate(canvas.wrap(text, first=4, rest=4, tone="dim")):
            click.echo(f"    {line}" if number == 0 else line, color=canvas.colour)


def _say(text: str, canvas: Canvas) -> None:
    for number, line in enumerate(canvas.wrap(text, first=4, rest=4, tone="warn")):
        click.echo(f"    {line}" if number == 0 else line, color=canvas.colour)


def _read(question: Question) -> str:
    hints = {"truth": "yes, no, unknown", "choices": "several with commas, none, unknown", "choice": "one, unknown"}
    hint = hints.get(question.kind, "a name, unknown")
    plain = f"; Enter: {question.plain}" if question.plain else ""
    said: str = click.prompt(f"    ({hint}{plain})", default="", show_default=False, prompt_suffix=" > ")
    return said


def _saved(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in fields.items()}


def yaml_of(fields: Mapping[str, Any], indent: str = "") -> str:
    """A case as YAML, in the order given; every text that could be misread stands in quotes.

    Example:
        >>> print(yaml_of({"date": "2025-12-20", "item": {"arms": True, "purpose": []}}), end="")
        date: 2025-12-20
        item:
          arms: true
          purpose: []
    """
    lines = []
    for key, value in fields.items():
        if isinstance(value, Mapping):
            inner = yaml_of(value, indent + "  ")
            lines.append(f"{indent}{key}:\n{inner}" if inner else f"{indent}{key}: {{}}\n")
        elif isinstance(value, list | tuple):
            lines.append(f"{indent}{key}: [{', '.join(_scalar(each) for each in value)}]\n")
        else:
            lines.append(f"{indent}{key}: {_scalar(value)}\n")
    return "".join(lines)


def _scalar(value: Any) -> str:
    import json
    import re

    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._/@-]*", text) and not re.fullmatch(
        r"(?i)true|false|null|~|[-+.0-9e]+", text
    )
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or (plain and not text.endswith(" ")):
        return text
    return json.dumps(text, ensure_ascii=False)
