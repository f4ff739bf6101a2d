"""What may be meant in several ways, and how a table means it: said by a person, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache

from sekisho.base import TroubleError
from sekisho.facts import Registries

_CHOICES = {"dates": ("dmy", "mdy"), "years": ("first", "last"), "two_letters": ("iso",)}
_MEANS = {
    "dmy": "03/04/2023 is read as 3 April 2023",
    "mdy": "03/04/2023 is read as 4 March 2023",
    "first": "a year without a day is read as its 1 January",
    "last": "a year without a day is read as its 31 December",
    "iso": "two capital letters are read as the state of that code in ISO 3166-1 alpha-2, `NA` too",
}


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a table means what may be meant in several ways; what is not said is not understood.

    Attributes:
        dates: `dmy` or `mdy`: how `03/04/2023` is meant.
        years: `first` or `last`: which day of its year `1995` means.
        two_letters: `iso`: a state of two capital letters is a code of ISO 3166-1 alpha-2. Such codes
            are not read otherwise, for other lists (FIPS, NATO) give the same letters to other states.

    Raises:
        ValueError: No such choice.
        TroubleError: `two_letters` needs a package that is not installed.

    Example:
        >>> Conventions(years="last").explain()
        ['a year without a day is read as its 31 December']
    """

    dates: str | None = None
    years: str | None = None
    two_letters: str | None = None

    def __post_init__(self) -> None:
        for name, choice in self._chosen().items():
            if choice not in _CHOICES[name]:
                raise ValueError(f"{name} is {' or '.join(_CHOICES[name])}, and not {choice}")
        if self.two_letters:
            _alpha_2()  # what is missing is said before anything is begun

    def _chosen(self) -> dict[str, str]:
        return {name: choice for name, choice in asdict(self).items() if choice is not None}

    def explain(self) -> list[str]:
        """One line a choice: what is read as what."""
        return [_MEANS[choice] for choice in self._chosen().values()]

    def find_state(self, registries: Registries, text: str) -> str | None:
        """The code by which the registries know a state, or None: of two letters, or any registered spelling."""
        code = _alpha_2().get(text) if self.two_letters else None
        return registries.find_state(text if code is None else code)


STRICT = Conventions()
"""Nothing is said."""


@cache
def _alpha_2() -> Mapping[str, str]:
    """The code of three letters for each of two; of states that are, not of those that were."""
    try:
        import pycountry
    except ImportError as error:
        from sekisho.batch.read import missing_package

        raise TroubleError([missing_package("pycountry", "screen")]) from error
    return {each.alpha_2: each.alpha_3 for each in pycountry.countries}
