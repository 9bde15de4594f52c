# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command line: `mlir-pr COMMAND …`, and the one place where errors become
a sentence and an exit code (errors.py)."""
from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Sequence

import click

from mlir_pr import _config
from mlir_pr.errors import PRError, is_core_error

#: Command: the module that holds it, and what it does. Modules are imported
#: when their command runs: pandas and XGBoost take a second.
_COMMANDS: dict[str, tuple[str, str]] = {
    "targets": ("targets", "What can be measured here, and what each target needs."),
    "doctor": ("targets", "Check the installation; name what is missing."),
    "layers": ("networks", "The layers of a network, unique ones with counts."),
    "measure": ("campaigns", "Plan, measure and store; goes on where it was interrupted."),
    "import": ("campaigns", "Take measurements made elsewhere."),
    "lattice": ("campaigns", "Show the steps of a target, or state one."),
    "train": ("models", "Fit a model to the measurements and write its bundle."),
    "correct": ("corrections", "Adjust a model by a handful of measurements."),
    "show": ("models", "The card of a model."),
    "predict": ("models", "Estimates of a list of layers."),
    "evaluate": ("models", "Accuracy of a model against measurements."),
    "annotate": ("networks", "Latency of every operation of a network."),
    "diff": ("networks", "Per-operation and total deltas of two variants."),
    "advise": ("networks", "Waste, headroom, and what would save time."),
    "report": ("reports", "A self-contained HTML report."),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"mlir_pr.commands.{_COMMANDS[name][0]}")
        command = getattr(module, f"{name}_command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_config.VERSION, prog_name="mlir-pr")
def cli() -> None:
    """Latency of linalg and tosa operations, from few measurements.

    Exit codes: 0 success, 1 bad input, 2 bad usage, 3 some measurement failed,
    70 a mistake of mlir-pr itself, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    # Ended by a job scheduler or by ctrl-C: the same good order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(arguments, prog_name="mlir-pr", standalone_mode=False)
        # Help and version end with their own code; commands return nothing.
        return code if isinstance(code, int) else 0
    except PRError as error:
        return _say(str(error), error.exit_code)
    except click.UsageError as error:
        name = f" {error.ctx.info_name}" if error.ctx and error.ctx.parent else ""
        return _say(f"{_as_ours(error.format_message())}; see 'mlir-pr{name} --help'", 2)
    except click.ClickException as error:
        return _say(_as_ours(error.format_message()), 1)
    except BrokenPipeError:
        # The reader of our output has enough: `mlir-pr layers … | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted", 130)
    except MemoryError:
        return _say("out of memory", 1)
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if os.environ.get("MLIR_PR_TRACEBACK"):
        raise error
    if is_core_error(error):
        return _say(str(error), 1)
    if isinstance(error, OSError) and error.strerror:
        where = f"'{error.filename}': " if error.filename else ""
        return _say(f"{where}{error.strerror}", 1)
    if isinstance(error, ModuleNotFoundError):
        return _say(f"the Python module '{error.name}' is missing; "
                    "'mlir-pr doctor' names its package", 1)
    return _say(f"a mistake of mlir-pr: {type(error).__name__}: {error} "
                "(MLIR_PR_TRACEBACK=1 shows where)", 70)


def _as_ours(message: str) -> str:
    """click's sentences begin with a capital and end with a full stop."""
    message = message.strip().rstrip(".")
    return message[:1].lower() + message[1:]


def _say(message: str, code: int) -> int:
    sys.stdout.flush()
    print(f"mlir-pr: error: {message}", file=sys.stderr)
    return code
