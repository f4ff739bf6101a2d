"""Folders of rulebooks to one library, with every trouble found on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sekisho.base import Interval, Place, Trouble, nearest, sort_troubles
from sekisho.ir import INTERNATIONAL, Instrument, Library, Outcome, Proposal, Reading, Term, Text
from sekisho.lang.book import Block, Page, split_page
from sekisho.lang.claims import lower_constraint, lower_property
from sekisho.lang.front import Front, read_front
from sekisho.lang.lower import (
    Lowering,
    check_repeats,
    lower_assumption,
    lower_reading,
    lower_rule,
    lower_scope,
    lower_term,
    lower_unmodelled,
    origin_of,
)
from sekisho.lang.parse import parse_block
from sekisho.lang.structure import check_structure
from sekisho.lang.syntax import Parsed
from sekisho.lang.words import Words, declared_conditions

_MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """One rulebook file as read: `file` is the name that troubles and proofs show."""

    file: str
    text: str


def rulebook_files(folder: Path) -> tuple[Path, ...]:
    """The rulebook files below a folder: Markdown, but no README and nothing under a name with `_`."""
    return tuple(
        sorted(
            path
            for path in folder.rglob("*.md")
            if path.name.lower() != "readme.md"
            and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
        )
    )


def read_files(folders: Sequence[Path]) -> tuple[tuple[Source, ...], tuple[Trouble, ...]]:
    """The texts of all rulebook files below the folders (a file may be named directly)."""
    sources: list[Source] = []
    troubles: list[Trouble] = []
    for folder in folders:
        paths = rulebook_files(folder) if folder.is_dir() else (folder,)
        root = folder.parent if folder.is_dir() else None
        for path in paths:
            shown = path.relative_to(root).as_posix() if root is not None else str(path)
            try:
                sources.append(Source(shown, _bytes_of(path).decode("utf-8-sig")))
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                troubles.append(
                    Trouble(
                        "SK108",
                        "the file is not UTF-8 text",
                        (Place(shown, line),),
                        help="save it with the encoding UTF-8",
                    )
                )
            except (OSError, ValueError) as error:
                said = error.strerror if isinstance(error, OSError) else str(error)
                troubles.append(
                    Trouble(
                        "SK109",
                        f"the file cannot be read: {said}",
                        (Place(shown),),
                        help="check the path and its permissions",
                    )
                )
    return tuple(sources), tuple(troubles)


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"it is larger than {_MAX_BYTES // 1_000_000} MB")
    return path.read_bytes()


def read_library(
    sources: Iterable[Source],
    *,
    states: Collection[str] = (),
    known_sources: Collection[str] | None = None,
) -> tuple[Library, tuple[Trouble, ...]]:
    """Everything that the files say, as one library.

    Args:
        sources: The rulebook files.
        states: The codes of the states that conditions may name.
        known_sources: The keys of the registry of sources; None leaves citations of sources unchecked.

    Returns:
        The library, made of what could be read, and every trouble sorted by place. A library with
        troubles that are no warnings must not be used to decide.
    """
    troubles: list[Trouble] = []
    pages: list[tuple[Page, Front, list[Parsed]]] = []
    lost: list[Parsed] = []
    for source in sources:
        page, found = split_page(source.text, source.file)
        troubles.extend(found)
        front, found = read_front(page)
        troubles.extend(found)
        parsed: list[Parsed] = []
        for block in page.blocks:
            each, found = parse_block(block)
            troubles.extend(found)
            check_repeats(each, troubles)
            parsed.append(each)
        if front is not None:
            pages.append((page, front, parsed))
        else:
            lost.extend(parsed)
    _check_names(pages, troubles)
    _check_jurisdictions([front for _, front, _ in pages], set(states), troubles)
    texts = _texts(pages, known_sources, troubles)
    blocks = [(front, each) for _, front, parsed in pages for each in parsed]
    terms: dict[str, Term] = {}
    for _, each in blocks:
        if each.block.kind == "term":
            term = lower_term(each, troubles)
            if term is not None:
                terms.setdefault(term.name, term)
    by_name = {each.block.name: each for _, each in blocks if each.block.kind == "term"}
    unread = {
        each.block.name
        for _, each in blocks
        if (each.block.kind == "term" and each.block.name not in terms)
        or (each.block.kind in ("term", "reading") and not each.sound)
    } - terms.keys()
    words = Words(
        terms,
        {name: declared_conditions(by_name[name]) for name in terms},
        {
            each.block.name: tuple(clause.value[0] for clause in each.all("option"))
            for _, each in blocks
            if each.block.kind == "reading"
        },
        set(states),
        unread | {each.block.name for each in lost if each.block.kind in ("term", "reading")},
    )
    acts = terms["act"].values if "act" in terms else ()
    low = Lowering(words, texts, acts, troubles)
    for name, term in terms.items():
        if term.type == "truth":
            words.truth(term)
        for clause in by_name[name].all("cite"):
            if clause.value[0] not in texts:
                low.trouble("SK209", f"no text is called `{clause.value[0]}`", clause.place)
    readings: dict[str, Reading] = {}
    for _, each in blocks:
        if each.block.kind == "reading":
            reading = lower_reading(low, each)
            if reading is not None:
                readings[reading.name] = reading
    instruments, proposals = _instruments(low, pages)
    constraints = [c for _, each in blocks if each.block.kind == "constraint" and (c := lower_constraint(low, each))]
    properties = [p for _, each in blocks if each.block.kind == "property" and (p := lower_property(low, each))]
    troubles.extend(words.troubles)
    if known_sources is not None:
        _check_sources(blocks, known_sources, troubles)
    defined = {name: _with_definition(words, term) for name, term in terms.items()}
    library = Library(
        tuple(instruments), tuple(proposals), defined, readings, texts, words.variables(),
        tuple(constraints), tuple(properties),
    )  # fmt: skip
    troubles.extend(check_structure(library, [each for _, each in blocks], words.used, lost))
    return library, _once(troubles)


def _once(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    return tuple(dict.fromkeys(sort_troubles(troubles)))


def _with_definition(words: Words, term: Term) -> Term:
    if words.definitions.get(term.name, (None, None)) == (None, None):
        return term
    true_when, false_when = words.definitions[term.name]
    return replace(
        term,
        true_when=words.lower(true_when) if true_when else None,
        false_when=words.lower(false_when) if false_when else None,
    )


def _instruments(
    low: Lowering, pages: Sequence[tuple[Page, Front, list[Parsed]]]
) -> tuple[list[Instrument], list[Proposal]]:
    instruments: list[Instrument] = []
    proposals: list[Proposal] = []
    for page, front, parsed in pages:
        of_kind = {
            kind: [each for each in parsed if each.block.kind == kind]
            for kind in ("rule", "scope", "unmodelled", "assume")
        }
        rules = [rule for each in of_kind["rule"] if (rule := lower_rule(low, each, front)) is not None]
        passages = [p for each in of_kind["unmodelled"] if (p := lower_unmodelled(low, each, front)) is not None]
        origin = origin_of(parsed[0]) if parsed else origin_of(Parsed(_empty(page), (), True))
        origin = replace(origin, place=front.place, heading=front.title, anchor="", prose="")
        if front.kind == "instrument":
            scopes = [s for each in of_kind["scope"] if (s := lower_scope(low, each, front)) is not None]
            if not of_kind["scope"]:
                low.trouble(
                    "SK204",
                    f"the instrument `{front.name}` has no scope",
                    front.place,
                    why="without it nothing says when its default applies",
                    help="add a `scope` block with cite, in force and when",
                )
            default = (
                Outcome.of(front.default)
                if front.default in ("prohibited", "may-be-permitted", "free")
                else Outcome.FREE
            )
            instruments.append(
                Instrument(
                    front.name, front.title, front.jurisdiction, front.force, default, front.yields_to,
                    tuple(scopes), tuple(rules), tuple(passages), origin,
                )
            )  # fmt: skip
        elif front.kind == "proposal" and front.proposed_on is not None:
            assumptions = [a for each in of_kind["assume"] if (a := lower_assumption(low, each, front)) is not None]
            proposals.append(
                Proposal(
                    front.name, front.amends, front.title, front.proposed_by, Interval(front.proposed_on), front.status,
                    tuple(rules), tuple(assumptions), tuple(passages), origin,
                )
            )  # fmt: skip
        for kind, allowed in (("scope", "instrument"), ("rule", "instrument"), ("assume", "proposal")):
            if front.kind != allowed and not (kind == "rule" and front.kind == "proposal"):
                for each in of_kind[kind]:
                    low.trouble(
                        "SK214",
                        f"this {kind} block stands in a file that is no {allowed}",
                        each.block.place(),
                        why="nothing tells whose law it belongs to",
                        help=f"add `{allowed}:` to the front matter",
                    )
    return instruments, proposals


def _empty(page: Page) -> Block:
    return Block("", "", (), 1, page.file, "", "", "")


def _texts(
    pages: Sequence[tuple[Page, Front, list[Parsed]]], known: Collection[str] | None, troubles: list[Trouble]
) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    places: dict[str, Place] = {}
    for _, front, _ in pages:
        for key, (text, place) in front.texts.items():
            if key in texts and texts[key] != text:
                troubles.append(
                    Trouble(
                        "SK205",
                        f"the text `{key}` is declared twice, differently",
                        (place, places[key]),
                        why="a citation of it would lead to one text or the other",
                        help="give one of them another key",
                    )
                )
            texts[key], places[key] = text, place
            for source in text.sources:
                if known is not None and source not in known:
                    troubles.append(_no_source(source, known, place))
    return texts


def _no_source(key: str, known: Collection[str], place: Place) -> Trouble:
    close = nearest(key, known, count=1)
    return Trouble(
        "SK209",
        f"no source is called `{key}`",
        (place,),
        why="a citation must lead to a document",
        help=f"write `{close[0]}`" if close else "add it to facts/sources.yaml",
    )


def _check_sources(blocks: Iterable[tuple[Front, Parsed]], known: Collection[str], troubles: list[Trouble]) -> None:
    for _, each in blocks:
        cited = [(clause.value, clause.place) for clause in each.all("cite")]
        cited += [(cite, clause.place) for clause in each.all("option") for cite in clause.value[1]]
        for (_text, _locator, _mark, sources), place in cited:
            for source in sources:
                if source not in known:
                    troubles.append(_no_source(source, known, place))


def _check_names(pages: Sequence[tuple[Page, Front, list[Parsed]]], troubles: list[Trouble]) -> None:
    seen: dict[str, Place] = {}
    for _, front, parsed in pages:
        places = [(front.name, front.place)] if front.kind != "words" else []
        places += [(each.block.name, each.block.place()) for each in parsed]
        for name, place in places:
            if not name:
                continue
            if name in seen:
                troubles.append(
                    Trouble(
                        "SK205",
                        f"the name `{name}` is used twice",
                        (place, seen[name]),
                        why="a name stands for one thing in the whole library, for ever",
                        help="give the later block a name of its own",
                    )
                )
            seen.setdefault(name, place)


def _check_jurisdictions(fronts: Iterable[Front], states: set[str], troubles: list[Trouble]) -> None:
    """Every jurisdiction is the code of a state that the registry knows, or `international`."""
    for front in fronts:
        code = front.jurisdiction
        if not code or not states or code == INTERNATIONAL or code in states:
            continue
        close = nearest(code, [*states, INTERNATIONAL], count=1, cutoff=0.67)
        troubles.append(
            Trouble(
                "SK203",
                f"`{code}` is no jurisdiction",
                (front.jurisdiction_place,),
                why="nobody would ever ask this law",
                help=f"write `{close[0]}`"
                if close
                else "write the state's code (ISO 3166 alpha-3), or `international`",
            )
        )
