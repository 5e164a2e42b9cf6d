"""`gitward policy`: validate, show, schema, test, and the commands that have files of their own."""

from __future__ import annotations

import json
import os

import click

from gitward.cli import policy_baseline, policy_diff, policy_import, policy_vendor, policy_what_if
from gitward.cli.lazy import Group
from gitward.cli.policy_source import REPO as _REPO
from gitward.cli.policy_source import loaded
from gitward.errors import UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Policy


@click.group(
    cls=Group,
    epilog="exit codes: 0 good, 1 not good (a test fails, weaker, a copy differs), 2 usage or policy invalid, 3 cannot be read",
)
def policy() -> None:
    """Check, show, test, compare, copy and import policies.

    FILE is a policy file; where it is left out, .gitward.yaml at the top of the work tree.

    \b
    examples:
      gitward policy validate
      gitward policy show --ref refs/heads/main
      gitward policy test
      gitward policy diff origin/main:.gitward.yaml .gitward.yaml
      gitward policy schema > gitward.schema.json
    """


def _default(repo: str) -> str:
    from gitward.cli.check import default_policy

    return default_policy(repo)


@policy.command(epilog="exit codes: 0 valid, 1 somebody holds roles that are kept apart, 2 policy invalid, 3 it cannot be read")
@click.argument("files", metavar="[F|REF:PATH]...", nargs=-1)
@_REPO
def validate(files: tuple[str, ...], repo: str) -> int:
    """Load policies as the hooks do, and name every error with its line.

    Grants that are worth a look, and roles that `duties` keeps apart and somebody holds together, are named too.

    \b
    examples:
      gitward policy validate
      gitward policy validate /etc/gitward/org.yaml origin/main:.gitward.yaml
    """
    together = 0
    for source in files or (_default(repo),):
        found = loaded(source, repo)
        revision = "" if found.revision is None else f" revision {found.revision}"
        words = (
            f"{found.source}: {found.id}{revision}, {len(found.entries)} entries, {found.mode}, digest {found.digest}"
        )
        click.echo(f"ok {visible(words)}")
        for change in found.weakened:
            click.echo(f"  weakened: {visible(change)}")
        together += _duties(found)
        _grants(found)
    return 1 if together else 0


def _duties(found: Policy) -> int:
    """Say who holds what is to be apart, and what is as a rule; how many of the first there are."""
    import time

    from gitward.policy import duties

    now = int(time.time())
    conflicts = duties.conflicts(found, now)
    for each in conflicts:
        click.echo(f"  error[duties]: {visible(duties.sentence(each))}")
    for each in duties.advice(found, now):
        click.echo(f"  warning[duties]: {visible(duties.sentence(each))}")
    return len(conflicts)


def _grants(found: Policy) -> None:
    """Say which grants are worth a look."""
    import time

    from gitward.rights import holders, lint

    if any(entry.rule.name == holders.RULE for entry in found.entries):
        for note in lint.notes(holders.rights_of(found), int(time.time())):
            click.echo(visible(f"  note[{note.kind}]: {note.place}{': ' if note.place else ''}{note.message}"))


@policy.command(epilog="exit codes: 0 shown, 2 policy invalid, 3 it cannot be read")
@click.argument("file", metavar="[F|REF:PATH]", default="")
@click.option("--ref", metavar="REFNAME", default="", help="Only what judges this ref.")
@_REPO
def show(file: str, ref: str, repo: str) -> int:
    """Show what holds in all: every entry with its options, packs and ref sets resolved, and where it stands.

    \b
    examples:
      gitward policy show
      gitward policy show --ref refs/heads/release/1.0
      gitward policy show refs/heads/main:.gitward.yaml
    """
    from gitward.policy import show as shown

    if ref and not ref.startswith("refs/"):
        raise UsageError(f"--ref {ref}: not a full ref", f"write refs/heads/{ref}")
    click.echo(shown.show(loaded(file or _default(repo), repo), ref or None), nl=False)
    return 0


@policy.command(epilog="exit codes: 0 printed")
def schema() -> int:
    """Print the JSON Schema of a policy file, for editors.

    \b
    example:
      gitward policy schema > gitward.schema.json

    For an editor with the YAML language server, the first line of .gitward.yaml is then

    \b
      # yaml-language-server: $schema=gitward.schema.json
    """
    from gitward.policy import schema as described

    click.echo(json.dumps(described.schema(), indent=2, ensure_ascii=False))
    return 0


@policy.command(epilog="exit codes: 0 all tests hold, 1 faults, 2 policy invalid, 3 it cannot be read")
@click.argument("file", metavar="[FILE]", default="")
@_REPO
def test(file: str, repo: str) -> int:
    """Run the tests that stand in a policy.

    An entry without a reject test, and one whose removal would turn no test red, is a fault too.

    \b
    examples:
      gitward policy test
      gitward policy test /etc/gitward/org.yaml
    """
    from gitward.policy.load import folder_reader, load_with_tests
    from gitward.policy.testing import run_tests

    path = file or _default(repo)
    found, tests = load_with_tests(folder_reader(os.path.dirname(path)), os.path.basename(path), path)
    report = run_tests(found, tests)
    for fault in report.faults:
        click.echo(visible(f"{fault.place}: [{fault.entry}] {fault.message}"))
    click.echo(f"{'ok' if report.is_green else 'not ok'}: {report.passed} tests hold, {len(report.faults)} faults")
    return 0 if report.is_green else 1


policy.add_command(policy_baseline.baseline)
policy.add_command(policy_what_if.what_if)
policy.add_command(policy_diff.diff)
policy.add_command(policy_vendor.vendor)
policy.add_command(policy_import.import_)
