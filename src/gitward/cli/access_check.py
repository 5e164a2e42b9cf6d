"""`gitward access check`: who may do what, and which line of the policy says so."""

from __future__ import annotations

import os
import time

import click

from gitward.cli.policy_source import REPO
from gitward.errors import UsageError
from gitward.model import ACTIONS
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model.access import Action


@click.command(epilog="exit codes: 0 allowed, 1 denied, 2 usage or policy invalid, 3 undecided: the policy cannot be read, or it "
               "depends on paths that are not named")  # fmt: skip
@click.argument("who", metavar="WHO")
@click.argument("action", metavar="ACTION", type=click.Choice(ACTIONS))
@click.argument("ref", metavar="[REF]", default="")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--policy", "source", metavar="F|REF:PATH", default="", help="Default: .gitward.yaml at the top of the work tree.")
@click.option("--at", "moment", metavar="TIME", default="", help="As of then: 2026-01-31, or an RFC 3339 time. Default: now.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@REPO
def check(*, who: str, action: Action, ref: str, paths: tuple[str, ...], source: str, moment: str, form: str, repo: str) -> int:
    """Say whether WHO may do ACTION to REF, which line of the policy decides, and who else could.

    WHO is a principal. ACTION is read, create, update, force, delete or tag; `update` is a fast-forward, `force` any other
    move, `tag` a new tag. REF is a full name and may be left out for `read`. PATHs are what the update changes, from the top
    of the tree; without them an answer that depends on them is undecided. Of a policy that is read from REF, its own files are
    paths that a grant names, as on the server. The answer is that of `access` alone: what else judges such an update is named.

    \b
    examples:
      gitward access check bob update refs/heads/main docs/guide.md ci/run
      gitward access check ann tag refs/tags/v1.2 --policy /etc/gitward/org.yaml
      gitward access check bob read --policy refs/heads/main:.gitward.yaml --format json
    """
    from gitward.cli.check import default_policy
    from gitward.cli.policy_source import loaded
    from gitward.render.entries import dumps
    from gitward.rights import answer as answers
    from gitward.rights.holders import rights_of

    _check(action, ref, paths)
    rights = rights_of(loaded(source or default_policy(repo), repo))
    changed = tuple(os.fsencode(path.removeprefix("/")) for path in paths)
    asked = answers.Asked(who=who, action=action, ref=ref, paths=changed, now=_seconds(moment))
    found = answers.answer(rights, asked)
    if form == "json":
        click.echo(dumps(answers.document(rights, asked, found), indent=2))
    else:
        for line in answers.text(rights, asked, found):
            click.echo(visible(line))
    return answers.EXIT_CODES[found.outcome]


def _check(action: str, ref: str, paths: tuple[str, ...]) -> None:
    """Raises UsageError for what is no question."""
    from gitward.granting import BY_PATH
    from gitward.refname import is_ref

    if not ref and action != "read":
        raise UsageError(f"{action} what? REF is missing", "for example refs/heads/main")
    if ref and not is_ref(ref):
        raise UsageError(f"{ref}: not the full name of a ref", "write refs/heads/NAME or refs/tags/NAME")
    if action == "tag" and not ref.startswith("refs/tags/"):
        raise UsageError(f"`tag` makes a ref below refs/tags/, and {ref} is not there", "ask about `create`")
    if action == "create" and ref.startswith("refs/tags/"):
        raise UsageError("a new ref below refs/tags/ is `tag`, not `create`", "ask about `tag`")
    if paths and action not in BY_PATH:
        raise UsageError(f"`{action}` changes no paths", "leave them out")
    wrong = next((path for path in paths if not path.strip("/") or path.endswith("/")), None)
    if wrong is not None:
        raise UsageError(f"{wrong!r} is no path of a file", "name a file, from the top of the tree")


def _seconds(moment: str) -> int:
    if not moment:
        return int(time.time())
    from gitward.audit.index.asked import moment as read

    return read(moment, "--at", time.time()) // 1_000_000
