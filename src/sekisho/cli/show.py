"""`sekisho show`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.guard import DONE

if TYPE_CHECKING:
    from sekisho.base import Place
    from sekisho.cases import Case
    from sekisho.cli.paint import Canvas
    from sekisho.desk import Desk
    from sekisho.tell.card import Catalogue
    from sekisho.tell.card_parts import Card

EPILOG = """\b
Examples:
  sekisho show                       every kind, with how many there are
  sekisho show rules                 every rule
  sekisho show jp-five-purposes      a rule: sentence, block, paragraph, days
  sekisho show term in-combat
  sekisho show provision "jp-guidelines-2014 1(2)B(d)"
  sekisho show state Ukraine
  sekisho show patriot-pac3 --json
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[KIND] [NAME]")
@click.option(
    "--cases",
    "with_cases",
    is_flag=True,
    help="For a rule: also the worked cases to which it applies (takes some seconds).",
)
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
def command(words: tuple[str, ...], with_cases: bool, as_json: bool) -> int:
    """What does it say? Show anything by its name.

    Kinds: jurisdiction, instrument, rule, scope, unmodelled, term, reading, proposal, provision,
    registry, source, item, programme, state, person, outlet, body, position, claim. A kind alone
    lists what there is; a name alone is looked up in every kind.
    """
    from sekisho.base import Trouble, TroubleError
    from sekisho.cli.opened import desk_for
    from sekisho.cli.paint import Canvas
    from sekisho.tell.card import Catalogue
    from sekisho.tell.words import listed

    desk = desk_for()
    catalogue = Catalogue(desk.library, desk.registries, desk.timeline(), _claims(words))
    canvas = Canvas.of()
    kind = catalogue.kind(words[0]) if words else None
    name = " ".join(words[1:] if kind and len(words) > 1 else words)
    if not words:
        return _kinds(catalogue, as_json=as_json, canvas=canvas)
    if kind and len(words) == 1 and not (kind != words[0].lower() and catalogue.find(name)):
        return _list(catalogue, kind, as_json=as_json, canvas=canvas)
    cards = catalogue.find(name, kind if len(words) > 1 else None) or (catalogue.find(" ".join(words)) if kind else ())
    if not cards:
        close = listed((f"`{each}`" for each in catalogue.suggest(name, kind if len(words) > 1 else None)), "or")
        help_ = (
            f"did you mean {close}?"
            if close
            else "`sekisho show` lists the kinds, and `sekisho show KIND` what there is"
        )
        raise TroubleError([Trouble("SK516", f"nothing is called `{name}`", help=help_)])
    touched = {card.name: _touched(desk, card.name) for card in cards if with_cases and card.kind == "rule"}
    if as_json:
        data = [
            dict(card.data) | ({"cases": [case.id for case in touched[card.name]]} if card.name in touched else {})
            for card in cards
        ]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2, default=str))
        return DONE
    for number, card in enumerate(cards):
        lines = _card(card, canvas, _block(desk, card), touched.get(card.name))
        click.echo(("\n" if number else "") + "\n".join(line.rstrip() for line in lines), color=canvas.colour)
    return DONE


def _kinds(catalogue: Catalogue, *, as_json: bool, canvas: Canvas) -> int:
    counts = {kind: len(shelf.things()) for kind, shelf in catalogue.shelves.items()}
    if as_json:
        click.echo(json.dumps(counts, indent=2))
        return DONE
    for kind, count in counts.items():
        click.echo(f"{count:>6}  {canvas.style(kind, 'strong')}", color=canvas.colour)
    click.echo("\n`sekisho show KIND` lists one; `sekisho show NAME` shows a thing.")
    return DONE


def _list(catalogue: Catalogue, kind: str, *, as_json: bool, canvas: Canvas) -> int:
    from sekisho.cli.paint import cells, clean, cut, pad

    rows = catalogue.listing(kind)
    if as_json:
        click.echo(json.dumps([{"name": name, "says": says} for name, says in rows], ensure_ascii=False, indent=2))
        return DONE
    width = min(max((cells(name) for name, _ in rows), default=0), max(12, canvas.width // 2))
    for name, says in rows:
        left = canvas.style(pad(name, width), "strong")
        room = max(10, canvas.full - max(width, cells(name)) - 2)
        click.echo(
            f"{left}  {cut(clean(says), room) if canvas.terminal else clean(says)}".rstrip(), color=canvas.colour
        )
    return DONE


def _card(card: Card, canvas: Canvas, block: tuple[str, str], touched: list[Case] | None) -> Iterator[str]:
    from sekisho.cli.answer import section_lines
    from sekisho.cli.paint import clean
    from sekisho.tell.entry import Entry, Section
    from sekisho.tell.words import plural

    yield f"{canvas.style(card.kind, 'dim')} {canvas.style(clean(card.name), 'strong')}"
    yield from canvas.wrap(card.title, tone="strong")
    if card.says:
        yield ""
        yield from canvas.wrap(card.says)
    if block[1]:
        yield ""
        yield canvas.style(block[0], "dim")
        yield from (f"  {canvas.style(clean(line), 'open')}" for line in block[1].split("\n"))
    for section in card.sections:
        yield from section_lines(section, canvas)
    if touched is not None:
        entries = tuple(Entry(f"{case.id}", "·", "", f"{case.file}:{case.line}") for case in touched[:20])
        more = (Entry(f"and {len(touched) - 20} more"),) if len(touched) > 20 else ()
        yield from section_lines(
            Section(f"Applies to {plural(len(touched), 'worked case')}", (*entries, *more)), canvas
        )


def _block(desk: Desk, card: Card) -> tuple[str, str]:
    """Where a thing of the law stands, and its block as it is written."""
    library = desk.library
    rules = (*library.rules, *(rule for proposal in library.proposals for rule in proposal.rules))
    things: dict[str, Any] = {
        "rule": {rule.name: rule for rule in rules},
        "term": library.terms,
        "reading": library.readings,
        "scope": {scope.name: scope for instrument in library.instruments for scope in instrument.scopes},
        "unmodelled": {each.name: each for instrument in library.instruments for each in instrument.unmodelled},
    }
    thing = things.get(card.kind, {}).get(card.name)
    if thing is None:
        return "", ""
    return thing.origin.place.show(), _written(thing.origin.place)


def _written(place: Place) -> str:
    """The block that begins at a place; empty where the file is not to be had."""
    from sekisho.store import law_folders

    for folder in law_folders():
        path = folder.parent / place.file
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        start = max(0, place.line - 1)
        end = next((i for i in range(start + 1, len(lines)) if lines[i].strip().startswith("```")), len(lines))
        return "\n".join(line for line in lines[start:end] if not line.startswith("```"))
    return ""


def _touched(desk: Desk, name: str) -> list[Case]:
    """The worked cases in which the rule applies, defeated or not."""
    from sekisho.cases import CaseReader, case_files
    from sekisho.store import data_folder

    reader = CaseReader(desk.library, desk.registries)
    files, _ = case_files([data_folder("cases")])
    found = []
    for path in files:
        for case in reader.read_file(path):
            proofs = (
                each
                for leg in desk.decide(case).legs
                for proof in leg.proof
                if not proof.silent
                for each in proof.rules
            )
            if any(each.rule.name == name and each.status in ("stands", "defeated") for each in proofs):
                found.append(case)
    return found


def _claims(words: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What the reports claim, from `cases/reports/claims.yaml`; read only where it may be asked for."""
    from sekisho.base.yaml12 import read_yaml
    from sekisho.store import data_folder

    if words and not any("claim" in word.lower() for word in words):
        return {}
    path: Path = data_folder("cases") / "reports" / "claims.yaml"
    try:
        tree, _ = read_yaml(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        return {}
    plain = tree.plain() if tree is not None else {}
    rows = plain.get("claims", []) if isinstance(plain, dict) else []
    return {str(row["id"]): row for row in rows if isinstance(row, dict) and "id" in row}
