"""`gitward doctor`: is gitward in force here?"""

from __future__ import annotations

import json
import os

import click

from gitward.errors import UsageError
from gitward.render.escape import visible, well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.doctor.finding import Finding

SCHEMA = "gitward.doctor/1"


@click.command(epilog="exit codes: 0 nothing failed, 1 something fails, 2 usage, 3 something could not be looked at")
@click.option("--repo", metavar="P", default="", help="The clone or the server's repository. Default: where you are.")
@click.option("--org", metavar="DIR", default="", help="Every bare repository below this folder.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(repo: str, org: str, form: str) -> int:
    """Look whether gitward is in force: hooks, settings, policy, log, tools.

    A hook that is gone, is not executable, or is not where git looks for it judges nothing and says nothing: this
    command does. One line per check: ok, warn, fail, or unknown where it could not be looked at.

    \b
    examples:
      gitward doctor                            this clone
      gitward doctor --repo /srv/git/app.git    a server's repository
      gitward doctor --org /srv/git --format json
    """
    from gitward.doctor.examine import examine
    from gitward.doctor.finding import exit_code
    from gitward.doctor.tools import check_tools

    if repo and org:
        raise UsageError("give one of --repo, --org")
    tools = list(check_tools())
    found = _all(org) if org else {os.path.abspath(repo or os.curdir): examine(repo or os.curdir)}
    code = exit_code([*tools, *(finding for findings in found.values() for finding in findings)])
    if form == "json":
        click.echo(_json(tools, found, code))
    else:
        _print(tools, found, full=not org)
    return code


def _all(org: str) -> dict[str, list[Finding]]:
    from gitward.cli.progress import Progress
    from gitward.doctor.examine import examine
    from gitward.installer.server import repositories

    paths = list(repositories(os.path.abspath(org)))
    if not paths:
        raise UsageError(f"there is no bare repository below {org}", "give the folder that holds them")
    found = {}
    with Progress(f"of {len(paths)} repositories looked at") as progress:
        for path in paths:
            found[path] = examine(path)
            progress(len(found))
    return found


def _print(tools: list[Finding], found: dict[str, list[Finding]], *, full: bool) -> None:
    """Every line of one repository; of many only what is not ok, under the repository's name, and the sums."""
    for finding in tools:
        if full or finding.status != "ok":
            click.echo(_line(finding))
    for path, findings in found.items():
        if not full:
            click.echo(f"{_worst(findings):<7} {visible(path)}")
        for finding in findings:
            if full or finding.status != "ok":
                click.echo(f"{'' if full else '  '}{_line(finding)}")
    if not full:
        worst = [_worst(findings) for findings in found.values()]
        sums = ", ".join(f"{worst.count(word)} {word}" for word in ("ok", "warn", "fail", "unknown") if word in worst)
        click.echo(f"{len(worst)} {'repository' if len(worst) == 1 else 'repositories'}: {sums}")


def _worst(findings: list[Finding]) -> str:
    order = ("unknown", "fail", "warn")
    return next((word for word in order if any(finding.status == word for finding in findings)), "ok")


def _line(finding: Finding) -> str:
    fix = f"; fix: {finding.fix}" if finding.fix else ""
    return visible(f"{finding.status:<4} {finding.name}: {finding.message}{fix}")


def _json(tools: list[Finding], found: dict[str, list[Finding]], code: int) -> str:
    def plain(findings: list[Finding]) -> list[dict[str, str]]:
        return [
            {
                "status": each.status,
                "name": each.name,
                "message": well_formed(each.message),
                "fix": well_formed(each.fix),
            }
            for each in findings
        ]

    report = {
        "schema": SCHEMA,
        "tools": plain(tools),
        "repositories": [{"path": well_formed(path), "findings": plain(findings)} for path, findings in found.items()],
        "exit_code": code,
    }
    return json.dumps(report, indent=2, ensure_ascii=False)
