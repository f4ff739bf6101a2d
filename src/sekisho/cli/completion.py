"""`sekisho completion`."""

from __future__ import annotations

import click

EPILOG = """\b
Examples:
  sekisho completion bash >> ~/.bashrc
  sekisho completion zsh > ~/.zfunc/_sekisho
  sekisho completion fish > ~/.config/fish/completions/sekisho.fish
"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell: commands, flags, states, items, proposals."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "sekisho", "_SEKISHO_COMPLETE").source())
