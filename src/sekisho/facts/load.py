"""Reading the whole folder of facts, strictly: every trouble at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sekisho.base import Trouble

if TYPE_CHECKING:
    from sekisho.facts.view import Registries


def load(
    folder: Path, *, vocabulary: Mapping[str, Collection[str]] | None = None
) -> tuple[Registries, tuple[Trouble, ...]]:
    """Reads every file of a folder of facts.

    Args:
        folder: Holds `registries.yaml`, one CSV file for each registry, and the other YAML files.
        vocabulary: The words that a field of an item may have (`form`, `classes`, …), as the terms
            of the rulebook declare them; fields that it lacks are not held against anything.

    Returns:
        The registries, without the records that are in trouble, and every trouble found, sorted by
        place. Answers may be given only where there is none.
    """
    from sekisho.facts.folder import read_folder  # only who reads the files pays for the readers

    return read_folder(folder, vocabulary=vocabulary)
