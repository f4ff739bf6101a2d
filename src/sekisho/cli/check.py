"""`sekisho check`."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.guard import DONE, FOUND, show_troubles

if TYPE_CHECKING:
    from sekisho.audit import AuditReport, Coverage
    from sekisho.base import Trouble
    from sekisho.store import Opened

EPILOG = """\b
Examples:
  sekisho check
  sekisho check law facts
  sekisho check --coverage
  sekisho check my-law --facts my-facts --json

Exit status 3 where trouble is found; warnings alone leave it 0.
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[LAW]…")
@click.option(
    "--facts", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The folder of registries."
)
@click.option("--coverage", is_flag=True, help="Also: is every rule reached by some case, applying and not applying?")
@click.option(
    "--cases",
    "case_paths",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Case files or folders for --coverage; those of the package if none.",
)
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
def command(
    paths: tuple[Path, ...], facts: Path | None, coverage: bool, case_paths: tuple[Path, ...], as_json: bool
) -> int:
    """Is the rulebook sound? Report every trouble of rulebooks and facts at once.

    LAW is a folder of rulebooks or one of its files; those of the package if none is named. A folder
    that holds `registries.yaml` is taken as the folder of facts.
    """
    from sekisho.base import sort_troubles
    from sekisho.store import data_folder, law_folders, no_rulebook, read_all

    gc.enable()
    law = tuple(path for path in paths if not (path / "registries.yaml").exists())
    given = next((path for path in paths if (path / "registries.yaml").exists()), None)
    opened = read_all(law or law_folders(), facts or given or data_folder("facts"))
    troubles = [*opened.troubles, *([] if opened.troubles else no_rulebook(opened.library, law or law_folders()))]
    report: dict[str, Any] = {}
    lines: list[str] = []
    if not any(not trouble.warning for trouble in troubles):
        found = _audit(opened, cases=case_paths if coverage else None)
        troubles.extend(found.troubles)
        if found.coverage is not None:
            report, lines = _coverage(found.coverage)
            if not found.coverage.complete:
                troubles.extend(_untried(found.coverage, opened))
    ordered = sort_troubles(dict.fromkeys(troubles))
    serious = [trouble for trouble in ordered if not trouble.warning]
    counts = {
        "instruments": len(opened.library.instruments),
        "rules": len(opened.library.rules),
        "terms": len(opened.library.terms),
        "sources": len(opened.registries.sources),
        "troubles": len(serious),
        "warnings": len(ordered) - len(serious),
    }
    if as_json:
        data = {**counts, "found": [trouble.to_dict() for trouble in ordered], **report}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        show_troubles(ordered, err=False)
        for line in lines:
            click.echo(line)
        from sekisho.tell.words import plural

        click.echo(", ".join(plural(value, name.removesuffix("s")) for name, value in counts.items()))
    return FOUND if serious else DONE


def _audit(opened: Opened, *, cases: tuple[Path, ...] | None) -> AuditReport:
    """The checks of meaning: contradictions, gaps, dead rules; with cases, what none of them tries."""
    from sekisho.audit import audit
    from sekisho.base import TroubleError
    from sekisho.cases import CaseReader, case_files
    from sekisho.desk import Desk
    from sekisho.store import data_folder

    desk = Desk(opened)
    if cases is None:
        return audit(desk)
    reader = CaseReader(desk.library, desk.registries)
    files, troubles = case_files(list(cases or (data_folder("cases"),)))
    found = [case for path in files for case in reader.read_file(path)]
    if troubles or reader.troubles:
        raise TroubleError([*troubles, *reader.troubles])
    return audit(desk, found)


def _coverage(coverage: Coverage) -> tuple[dict[str, Any], list[str]]:
    by_instrument = coverage.by_instrument()
    data = {name: {"both_ways": done, "rules": every} for name, (done, every) in by_instrument.items()}
    width = max(map(len, by_instrument), default=0)
    lines = [
        f"{name.ljust(width)}  {done:>3} of {every:>3} rules seen applying and not applying"
        for name, (done, every) in by_instrument.items()
    ]
    report = {
        "coverage": {
            "cases": coverage.cases,
            "instruments": data,
            "never_applying": [rule.rule for rule in coverage.never_applying],
            "never_failing": [rule.rule for rule in coverage.never_failing],
        }
    }
    return report, [*lines, ""]


def _untried(coverage: Coverage, opened: Opened) -> list[Trouble]:
    """A trouble for each rule that the cases don't try both ways."""
    from sekisho.base import Trouble

    proposed = [rule for proposal in opened.library.proposals for rule in proposal.rules]
    places = {rule.name: rule.origin.place for rule in (*opened.library.rules, *proposed)}
    found = []
    for rule in coverage.rules:
        if rule.complete:
            continue
        how = "applying" if not rule.applying else "not applying"
        found.append(
            Trouble(
                "SK229",
                f"no case shows `{rule.rule}` {how}",
                (places[rule.rule],),
                why="what no case tries may be wrong unnoticed",
                help="add a case to cases/ in which it does",
            )
        )
    return found
