"""The commands."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group()
def main() -> None:
    """The law on international arms transfers, executable."""


@main.command()
def check() -> None:
    """Report every trouble of the rulebooks and facts."""
    from sekisho.store import data_folder, law_folders, read_all

    opened = read_all(law_folders(), data_folder("facts"))
    for trouble in opened.troubles:
        click.echo(trouble.show() + "\n")
    click.echo(f"{len(opened.library.rules)} rules, {len(opened.troubles)} troubles")
    sys.exit(3 if opened.troubles else 0)


@main.command()
@click.argument("paths", nargs=-1, type=Path)
def replay(paths: tuple[Path, ...]) -> None:
    """Decide case files and compare with what they expect."""
    from sekisho.cases import CaseReader, case_files
    from sekisho.desk import Desk
    from sekisho.store import data_folder, law_folders, read_all

    desk = Desk(read_all(law_folders(), data_folder("facts")))
    reader = CaseReader(desk.library, desk.registries)
    files, troubles = case_files(list(paths))
    cases = [case for path in files for case in reader.read_file(path)]
    for trouble in (*troubles, *reader.troubles):
        click.echo(trouble.show() + "\n")
    agree = disagree = undetermined = 0
    for each in desk.replay(cases):
        if each.agrees:
            agree += 1
            continue
        decision = each.decision
        if decision.outcome.word == "undetermined":
            undetermined += 1
        else:
            disagree += 1
        names = [basis.name for basis in decision.basis]
        click.echo(
            f"{each.case.id}: expected {'/'.join(each.case.expect)}, got {decision.outcome.word}; turns on {decision.turns_on}; bars {[b.name for b in decision.bars]}; basis {names}; not encoded {decision.not_encoded}"
        )
    click.echo(
        f"{agree + disagree + undetermined} cases: {agree} agree, {disagree} disagree, {undetermined} undetermined"
    )
