"""The command line: one lazily imported module per command group, and one place that maps errors to exit codes."""

from __future__ import annotations

import traceback
from contextlib import suppress

import click

from gitward import __version__
from gitward.cli.lazy import LazyGroup
from gitward.cli.output import say
from gitward.errors import GitwardError
from gitward.render.escape import visible

COMMANDS = {
    "check": "gitward.cli.check:check",
    "ci": "gitward.cli.ci:ci",
    "hook": "gitward.cli.main:hook",
    "init": "gitward.cli.init:init",
    "install": "gitward.cli.install:install",
    "doctor": "gitward.cli.doctor:doctor",
    "explain": "gitward.cli.explain:explain",
    "policy": "gitward.cli.policy:policy",
    "keys": "gitward.cli.keys:keys",
    "signatures": "gitward.cli.signatures:signatures",
    "audit": "gitward.cli.audit:audit",
    "waive": "gitward.cli.waive:waive",
    "access": "gitward.cli.access:access",
    "statement": "gitward.cli.statement:statement",
    "approve": "gitward.cli.approve:approve",
    "report": "gitward.cli.report:report",
    "completion": "gitward.cli.completion:completion",
}


@click.group(
    cls=LazyGroup,
    commands_of=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="exit codes: 0 allowed, 1 denied, 2 usage or policy invalid, 3 undecided, 130 interrupted",
)
@click.version_option(__version__, "-V", "--version", message="gitward %(version)s")
def gitward() -> None:
    """One Git change policy, judged the same way in the hook, on the server and in CI.

    \b
    First minutes:
      gitward init             write .gitward.yaml, fitted to this history
      gitward install          put the hooks into this clone
      gitward check HEAD~5..   judge the last five commits
    """


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def hook(arguments: tuple[str, ...]) -> int:
    """Run by git: judge what a hook is given (see `gitward hook --help`)."""
    from gitward.cli.hook import main as run

    return run(list(arguments))


def fail(problem: GitwardError) -> int:
    """Print an error as `gitward: cause` and `fix:`, every error of a policy on its own line."""
    for each in (problem, *getattr(problem, "others", ())):
        say(f"gitward: {visible(str(each))}")
        if each.fix:
            say(f"  fix: {visible(each.fix)}")
    return problem.exit_code


def main() -> int:
    """Run the command line and return the exit code that the README promises."""
    try:
        code = gitward.main(standalone_mode=False, prog_name="gitward")
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        say("interrupted")
        return 130
    except click.ClickException as problem:
        return _misused(problem)
    except GitwardError as problem:
        return fail(problem)
    except SystemExit:  # click's answer where nobody reads stdout any more: 1, which is "denied"
        return 3
    except OSError as problem:
        say(f"gitward: {visible(str(problem))}")
        return 3
    except Exception:  # noqa: BLE001  invariant 5: 1 is "denied", and a crash denies nothing
        return _crashed()
    return code if isinstance(code, int) else 0


def _misused(problem: click.ClickException) -> int:
    with suppress(OSError):  # a stderr that takes nothing
        problem.show()
    return 2


def _crashed() -> int:
    """What the maintainers need, on stderr, escaped: a path or a message may stand in it."""
    for line in traceback.format_exc().splitlines():
        say(visible(line))
    say("gitward: undecided: it crashed; report this to the maintainers")
    return 3
