"""The commands. Each stands in a module of its own, which is imported only when it is used."""

from __future__ import annotations

import difflib
import gc
import sys
from importlib import import_module

import click

from sekisho.cli import guard
from sekisho.version import ENGINE, LANGUAGE

COMMANDS = {
    "decide": ("decide", "May this go? Decide a transfer, with the argument."),
    "ask": ("ask", "Decide by interview: only questions that can still change the answer."),
    "trace": ("trace", "When could it go? The same case under every version of the law."),
    "take": ("take", "What would it take? The smallest changes that reach an outcome, by who could make them."),
    "compare": ("compare", "What changed? Exactly which cases two laws answer differently."),
    "verify": ("verify", "Does it always hold? Properties of the law, proved or refuted."),
    "chart": ("chart", "Draw it: how open the law is, a case over time, recipients by item."),
    "screen": ("screen", "Decide every row of a table, a sheet or a warehouse's worth."),
    "summary": ("summary", "What does a screened table say in all? Counts, tables, a chart."),
    "sql": ("sql", "Print the query that decides a table where it lies."),
    "replay": ("replay", "Decide case files and compare with what they expect."),
    "show": ("show", "What does it say? A rule, a provision, a term, a fact, a source."),
    "check": ("check", "Is the rulebook sound? Every trouble at once."),
    "fmt": ("fmt", "Lay out rulebooks in the one standard way."),
    "completion": ("completion", "Print the completion script of a shell."),
}
"""Every command with its module in `sekisho.cli` and what it is for."""

EPILOG = """\b
Examples:
  sekisho decide --exporter Japan --recipient Ukraine --item patriot-pac3 --on 2025-12-20
  sekisho decide cases/tour/patriot-to-licensor.yaml --proof full
  sekisho trace --exporter Japan --recipient Ukraine --item patriot-pac3
  sekisho take --exporter Japan --recipient Ukraine --item patriot-pac3 --on 2026-11-21
  sekisho compare 2026-04-20 2026-04-21 --state JPN --for recipient=UKR
  sekisho ask --exporter "South Korea"
  sekisho show jp-five-purposes

\b
Exit status: 0 done · 1 trouble in the input · 2 wrong usage ·
3 a check found something · 4 undetermined under --must-decide · 70 our own mistake

\b
NO_COLOR turns colour off, FORCE_COLOR on. SEKISHO_CACHE names the folder of
compiled rulebooks (empty: no cache).

This is not legal advice: every answer says how well it is sourced.
"""


class Commands(click.Group):
    """The group of all commands; helps with misspelt ones, and lists them without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """The names in reading order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        room = import_module(f"sekisho.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = room.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; for a misspelt one, a suggestion."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"commands: {', '.join(COMMANDS)}"
            ctx.fail(f"there is no command `{args[0]}`; {hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ENGINE, prog_name="sekisho", message=f"%(prog)s %(version)s (language {LANGUAGE})")
def cli() -> None:
    """The law on international arms transfers, executable.

    Given a transfer and a date, what does the law of that day let the government do, and why?
    """


def main() -> None:
    """The entry point of the program.

    The collector of garbage rests until the books are open: what is imported and read until then
    stays, and looking it over again and again is a tenth of the time.
    """
    gc.disable()
    sys.exit(guard.run(lambda: cli.main(prog_name="sekisho", standalone_mode=False)))
