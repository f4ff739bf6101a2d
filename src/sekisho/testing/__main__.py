"""The long runs: `python -m sekisho.testing agree` and `… fuzz`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from sekisho.testing.agreement import agree
from sekisho.testing.fuzzing import fuzz

_SHOWN = 600


@click.group()
def main() -> None:
    """Random tests, as long as you like."""


@main.command("agree")
@click.option("--cases", default=10_000, show_default=True, help="How many random cases.")
@click.option("--seed", default=0, show_default=True, help="Chooses the cases.")
def agree_(cases: int, seed: int) -> None:
    """Compare the fast reasoning with the specification."""
    found = agree(cases, seed=seed, progress=_progress(cases, "mismatches"))
    click.echo(
        f"{found.cases:,} cases in {found.seconds:.0f} s, {found.cases / max(found.seconds, 1e-9):,.0f} a second"
    )
    for each in found.mismatches:
        click.echo(f"\nmismatch in case {each.number} of seed {seed}: {each.said}\n\n{each.smallest.show()}")
    click.echo(f"{len(found.mismatches) or 'no'} mismatches")
    sys.exit(bool(found.mismatches))


@main.command("fuzz")
@click.option("--inputs", default=10_000, show_default=True, help="How many random inputs.")
@click.option("--seed", default=0, show_default=True, help="Chooses the inputs.")
@click.option("--only", type=int, help="Feed one input again, by its number.")
def fuzz_(inputs: int, seed: int, only: int | None) -> None:
    """Feed spoilt rulebooks, cases and facts to their readers."""
    found = fuzz(inputs, seed=seed, only=only, progress=_progress(inputs, "failures"))
    rate = found.inputs / max(found.seconds, 1e-9)
    click.echo(f"{found.inputs:,} inputs in {found.seconds:.0f} s, {rate:,.0f} a second")
    for kind, count in found.kinds.items():
        click.echo(f"  {kind:16}{count:>9,}, of which sound {found.sound[kind]:,}")
    for each in found.failures:
        size = len(each.data)
        shown = repr(each.data[:_SHOWN]) + (f" and {size - _SHOWN:,} bytes more" if size > _SHOWN else "")
        click.echo(f"\ninput {each.number} of seed {seed}, {each.kind}: {each.said}\n  {shown}")
    click.echo(f"{len(found.failures) or 'no'} kinds of failure")
    sys.exit(bool(found.failures))


def _progress(total: int, what: str) -> Callable[[int, int], None]:
    """A line that counts on a terminal; elsewhere a line for each tenth."""
    terminal = sys.stderr.isatty()
    tenth = max(1, total // 10)
    told = 0

    def tell(done: int, found: int) -> None:
        nonlocal told
        said = f"{done:,} of {total:,}, {found} {what}"
        if terminal:
            click.echo(f"\r{said}", nl=done >= total, err=True)
        elif done // tenth > told:
            told = done // tenth
            click.echo(said, err=True)

    return tell


if __name__ == "__main__":
    main()
