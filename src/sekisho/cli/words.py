"""Words of the command line: outcomes, and days with what is assumed on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sekisho.ir import Outcome


def outcome_of_word(word: str) -> Outcome:
    """The outcome that a word names, with hyphens or without.

    Raises:
        UsageError: There is no such outcome.
    """
    from sekisho.base import nearest
    from sekisho.ir import Outcome

    plain = word.strip().lower().replace(" ", "-").replace("_", "-")
    known = {each.word: each for each in Outcome if each is not Outcome.UNDETERMINED}
    if plain in known:
        return known[plain]
    close = nearest(plain, known, count=1)
    hint = f"did you mean `{close[0]}`?" if close else f"outcomes: {', '.join(known)}"
    raise click.UsageError(f"`{word}` is no outcome that one could wish for; {hint}")
