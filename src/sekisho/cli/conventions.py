"""The flags that say how a table means what may be meant in several ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

two_letters = click.option(
    "--two-letters",
    type=click.Choice(["iso"]),
    help="States of two letters, such as KR, are codes of ISO 3166-1 alpha-2.",
)
_dates = click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2023 is meant.")
_years = click.option(
    "--years",
    type=click.Choice(["first", "last"]),
    help="A date that is a year alone, such as 1995, means the first or the last day of it.",
)


def conventions(function: Callable[..., Any]) -> Callable[..., Any]:
    """Every flag of `Conventions`, under the names of its fields."""
    return _dates(_years(two_letters(function)))
