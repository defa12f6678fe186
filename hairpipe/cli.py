"""The command line: ``hairpipe COMMAND``. Each command lives beside what it does."""

from __future__ import annotations

import errno
import importlib
import io
import sys

import click
import yaml

from hairpipe.errors import EXIT_CONFIG, EXIT_OK, EXIT_SIGINT, EXIT_TRY_LATER, ConfigError, HairpipeError
from hairpipe.lean_process import make_lean
from hairpipe.terminal import StandardStreams, printable

# Imported when asked for: `hairpipe --help` must not wait for OpenCV and Dask.
COMMANDS = {
    "run": "hairpipe.commands.run:run",
    "plan": "hairpipe.commands.run:plan",
    "demo": "hairpipe.commands.demo:demo",
    "report": "hairpipe.commands.report:report",
    "explain": "hairpipe.commands.report:explain",
    "review": "hairpipe.commands.review:review",
    "quality": "hairpipe.commands.quality:quality",
    "evaluate": "hairpipe.lab.evaluate.commands:evaluate",
    "train": "hairpipe.lab.train.commands:train",
    "config": "hairpipe.commands.config:config",
    "status": "hairpipe.commands.runs:status",
    "runs": "hairpipe.commands.runs:runs",
    "quarantine": "hairpipe.commands.runs:quarantine",
    "files": "hairpipe.commands.tables:files",
    "similar": "hairpipe.commands.similar:similar",
    "export": "hairpipe.commands.export:export",
    "verify": "hairpipe.commands.tables:verify",
    "rollback": "hairpipe.commands.tables:rollback",
    "gc": "hairpipe.commands.tables:gc",
    "rebucket": "hairpipe.commands.tables:rebucket",
    "columns": "hairpipe.commands.contents:columns",
    "sources": "hairpipe.commands.contents:sources",
}

# Told beside the commands' names, so that `hairpipe --help` imports none of them.
SUMMARIES = {
    "run": "extract what is new or changed, and publish it",
    "plan": "what a run would do",
    "demo": "draw a small database and run on it",
    "report": "one page about the database, or about one run",
    "explain": "draw what happens to a portrait, step by step",
    "review": "judge results on a page in the browser",
    "quality": "a quality model of your own, from these labels",
    "evaluate": "measure against exact masks or named colours",
    "train": "learn names or masks from labelled pictures",
    "config": "look at configurations",
    "status": "what a run is doing",
    "runs": "what runs there were",
    "quarantine": "portraits that killed or hung what looked at them",
    "files": "the Parquet files of one version",
    "similar": "the portraits with the nearest hair colours",
    "export": "write one file or folder for others",
    "verify": "check the tables from the files",
    "rollback": "go back to an earlier version",
    "gc": "remove old versions",
    "rebucket": "another number of files a table",
    "columns": "the attributes carried over",
    "sources": "the sources whose portraits are in the tables",
}

# What the system says of a path that can't be right.
_MISTYPED = (
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.EINVAL,
    errno.ENAMETOOLONG,
    errno.ELOOP,
)

EXAMPLES = """\b
Examples:
  hairpipe demo                               draw a small database, run on it, show the tables
  hairpipe run configs/local.yaml             extract what is new or changed
  hairpipe run my.yaml --set cluster.workers=8
  hairpipe plan my.yaml                       what a run would do
  hairpipe verify out/characters              check the tables against the files

Finds the hair in the portraits of a scraped character database and writes its colours to Parquet.

\b
Exit codes: 0 done; 2 wrong configuration; 3 done, but more portraits failed than
run.max_failed_share; 4 verification failed; 5 not begun, as the scrape lacks more of what is
known than run.max_lost_share; 75 locked, or cluster, disk or store not to be had: try later;
129, 130, 143 stopped by a signal, the same command carries on; 1 a bug.
"""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order people meet them."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands and what they are for."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES.get(name, "")) for name in COMMANDS])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a command."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        make_lean()
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except (ValueError, yaml.YAMLError) as error:
            # Dask reads its configuration while it is imported.
            words = " ".join(str(error).split())
            raise ConfigError(
                f"Dask's own configuration can't be read ({words}); correct that file"
            ) from None
        return command


@click.group(cls=LazyGroup, help=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hairpipe")
def cli() -> None:
    """Group of all commands."""


def main() -> None:
    """Run the command line."""
    main_with(cli)


def main_with(command: click.Command) -> None:
    """Run a command; what a person can mend is one message and an exit code, never a traceback."""
    streams = StandardStreams()
    sys.exit(streams.finish(_exit_code(command)))


def _exit_code(command: click.Command) -> int:
    try:
        command.main(standalone_mode=False)
    except HairpipeError as error:
        _complain(str(error))
        return error.exit_code
    except click.ClickException as error:
        message = io.StringIO()
        error.show(message)
        _write(message.getvalue())
        return error.exit_code
    except click.Abort:
        return EXIT_SIGINT
    except UnicodeEncodeError as error:
        _complain(
            f"{error.object!r} can't be written in this environment's encoding ({error.encoding}); set "
            "PYTHONUTF8=1, then run the same command again"
        )
        return EXIT_CONFIG
    except MemoryError:
        _complain("there is not enough memory for this; free some, then run the same command again")
        return EXIT_TRY_LATER
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        mistyped = error.errno in _MISTYPED and error.filename is not None
        remedy = "name another path" if mistyped else "see to that, then run the same command again"
        _complain(f"{place}{error.strerror or str(error) or type(error).__name__}; {remedy}")
        return EXIT_CONFIG if mistyped else EXIT_TRY_LATER
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_OK
    return EXIT_OK


def _complain(message: str) -> None:
    _write(f"hairpipe: {message}\n")


def _write(message: str) -> None:
    # Messages tell names and paths of a scrape, and what was typed.
    click.echo(printable(message, keep="\n"), nl=False, err=True)


if __name__ == "__main__":
    main()
