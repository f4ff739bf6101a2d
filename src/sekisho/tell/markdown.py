"""A decision as a memorandum in Markdown, for the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sekisho.base import Support
from sekisho.decide import Decision, Leg, Step
from sekisho.ir import All, AnyOf, Test
from sekisho.tell.account import Account, account_of
from sekisho.tell.entry import Entry, Section, carriers
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import capital, day_words, outcome_words

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#|"})

_BUT_CODE = {char: other for char, other in _SPECIAL.items() if char != ord("`")}


def memo(decision: Decision, *, full: bool = False) -> str:
    """The decision as Markdown.

    The outcome comes first, then the dates, what carries it, what it is subject to, the facts with
    their sources, and the receipt.

    Args:
        decision: The decision.
        full: Whether the whole proof goes in.
    """
    account = account_of(decision, full=full)
    first = decision.legs[0].situation
    case = decision.case
    support = f" (support: {account.support})" if account.support else ""
    lines = [f"# {plain_text(account.question)}", ""]
    lines.append(f"**{capital(outcome_words(decision.outcome))}** {account.when}{support}.")
    if account.under:
        lines.append(f"The paragraph that carries it: {plain_text(account.under)}.")
    lines += [
        "",
        "| Date | |",
        "| --- | --- |",
        f"| Law | {day_words(case.date)} |",
        f"| Facts | {day_words(case.facts_day)} |",
    ]
    if case.known_on:
        lines.append(f"| As known on | {day_words(case.known_on)} |")
    lines.append("")
    lines.extend(_entries(account.remarks, 0))
    for section in account.sections:
        lines.extend(_section(section, 2))
    for leg in account.legs:
        lines += ["", f"## {plain_text(leg.title)}: {outcome_words(leg.outcome)}", ""]
        lines.extend(_entries(leg.remarks, 0))
        for section in leg.sections:
            lines.extend(_section(section, 3))
    lines += ["", "## Facts", ""]
    lines.extend(_facts(decision.legs, Speaker(first.library, first.registries, first)))
    lines += ["", "## Receipt", "", "| | |", "| --- | --- |"]
    for key, value in decision.receipt.to_dict().items():
        shown = ", ".join(map(str, value)) if isinstance(value, list | dict) else str(value or "")
        if shown:
            lines.append(f"| {key.replace('_', ' ')} | `{shown}` |")
    return "\n".join(_no_double_blank(lines)).rstrip() + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {plain_text(section.title)}"
    yield ""
    yield from _entries(section.entries, 0)


def _entries(entries: Iterable[Entry], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for entry in entries:
        mark = "" if entry.mark == "·" or entry.mark.isdigit() else f"{entry.mark} "
        cite = f" — {plain_text(entry.cite)}" if entry.cite else ""
        yield f"{pad}- {mark}{plain_text(entry.text)}{cite}"
        if entry.note:
            yield f"{pad}  {plain_text(entry.note)}"
        yield from _entries(entry.below, depth + 1)


def _facts(legs: Iterable[Leg], speaker: Speaker) -> Iterator[str]:
    """Every fact on which the deciding rules rest, with its support and its sources."""
    seen: set[str] = set()
    sources = speaker.registries.sources
    yield "| Fact | Support | Sources |"
    yield "| --- | --- | --- |"
    for leg in legs:
        names = {each.name for each in carriers(leg)}
        for proof in leg.proof:
            if proof.silent:
                continue
            steps = [proof.scope, *(each.step for each in proof.rules if each.rule.name in names)]
            for step in (leaf for each in steps for leaf in _decisive(each)):
                assert isinstance(step.formula, Test)
                ground = leg.ground(step.formula.var)
                if ground.var in seen or ground.says in seen:
                    continue
                seen.update((ground.var, ground.says))
                shown = [_link(key, sources[key].title, sources[key].url) for key in ground.sources if key in sources]
                mark = ground.support.word if isinstance(ground.support, Support) else "as stated"
                yield f"| {plain_text(capital(ground.says))} | {mark} | {'; '.join(shown)} |"


def _decisive(step: Step) -> Iterator[Step]:
    """The tests that make a condition hold or fail; what is open stands elsewhere."""
    if isinstance(step.formula, Test):
        if step.truth is not None:
            yield step
    elif isinstance(step.formula, All | AnyOf):
        if step.truth is None:
            for part in step.parts:
                yield from _decisive(part)
            return
        alike = [part for part in step.parts if part.truth == step.truth]
        enough = isinstance(step.formula, All) != step.truth
        for part in alike[:1] if enough else step.parts:
            yield from _decisive(part)
    else:
        for part in step.parts:
            yield from _decisive(part)


def _link(key: str, title: str, url: str) -> str:
    name = plain_text(title or key)
    return f"[{name}]({url})" if url.startswith(("http://", "https://")) and not set("() <>") & set(url) else name


def plain_text(text: str) -> str:
    """Text without meaning to Markdown, save for code in pairs of backticks."""
    odd = text.count("`") % 2
    return " ".join(text.translate(_SPECIAL if odd else _BUT_CODE).split())


def _no_double_blank(lines: Iterable[str]) -> Iterator[str]:
    last = "x"
    for line in lines:
        if line or last:
            yield line
        last = line


__all__ = ["Account", "memo", "plain_text"]
