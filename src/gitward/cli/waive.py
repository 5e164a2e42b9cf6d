"""`gitward waive`: let a violation go, for a reason and a time; break the glass, and close that afterwards."""

from __future__ import annotations

import json
import sys

import click

from gitward.errors import UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.waiving import Asked
    from gitward.model import Entry, Policy
    from gitward.repository import Repository
    from gitward.statements.keeping import Place


_LISTED = 20  # commits that a summary names


@click.command(
    epilog="exit codes: 0 done, 1 with --open: something is open, 2 usage or policy invalid, "
    "3 it cannot be read, signed, kept or sent",
)
@click.argument("entries", metavar="[ENTRY]...", nargs=-1)
@click.option("--commit", "commits", metavar="OID", multiple=True, help="Waive for this commit; may stand more than once.")
@click.option("--range", "span", metavar="A..B", default="", help="Waive for each commit of a range, at most 1,000.")
@click.option("--ref", metavar="REF", default="", help="On this ref alone: refs/heads/main. Entries about ref updates need it.")
@click.option("--deletion", "deletes", is_flag=True, help="With --ref and --commit: that the ref is deleted as it stands there.")
@click.option("--everything", is_flag=True, help="Break the glass: every entry of the policy on --ref, for every push.")
@click.option("--reason", metavar="TEXT", default="", help="Why; everybody sees it.")
@click.option("--ticket", metavar="TEXT", default="", help="The ticket in which it is dealt with.")
@click.option("--expires", "--for", "expires", metavar="12h|DATE", default="", help="How long, or until when (UTC).")
@click.option("--policy", "policy_id", metavar="ID", default="", help="The policy's id. Default: that of .gitward.yaml.")
@click.option("--remote", metavar="NAME", default="", help="Where it is to count. Default: origin, or the first remote.")
@click.option("--url", metavar="URL", default="", help="The repository's URL, where it is not the remote's own.")
@click.option("--key", metavar="KEY", default="", help="Sign with this key. Default: as git commit -S does.")
@click.option("--push", is_flag=True, help="Send the statement to the remote as well.")
@click.option("--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree.")
@click.option("--open", "lists", is_flag=True, help="List broken glass that nobody has closed, by --log.")
@click.option("--log", metavar="DIR", default="", help="With --open: the folder of the server's log.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="With --open.")
@click.option("--close", "closed", metavar="ID", default="", help="Say that what came in under broken glass was looked at.")
@click.option("--revoke", metavar="ID", default="", help="Take back a waiver, or break-glass.")
def waive(entries: tuple[str, ...], commits: tuple[str, ...], span: str, ref: str, reason: str, ticket: str, expires: str,
          policy_id: str, remote: str, url: str, key: str, repo: str, log: str, form: str, closed: str, revoke: str, *,
          deletes: bool, everything: bool, push: bool, lists: bool) -> int:  # fmt: skip
    """Sign that an entry of a policy need not hold for some commits, until a time, for a reason.

    It counts where the policy's `waivers:` let you, for the commits that it names by their full oids, and shows as waived in
    every report and in the log. Where several must waive, each signs one of their own. Who pushes or wrote a change does not
    waive it.

    --everything is break-glass: it needs a right of its own, is an alarm in every report, and stays open until somebody else
    has looked at what came in, and says so with --close.

    \b
    examples:
      gitward waive ticket-reference --commit 6cdd6f3 --reason 'the tracker is down' --ticket INC-7 --expires 12h --push
      gitward waive subject-length body-line-length --range origin/main..topic --reason 'an import' --expires 2d --push
      gitward waive no-force-push --commit topic --ref refs/heads/main --reason 'takes a secret out' --expires 1h --push
      gitward waive --everything --ref refs/heads/main --for 1h --reason 'the shop is down' --ticket INC-8 --push
      gitward waive --open --log /var/lib/gitward
      gitward waive --close ID --reason 'read all three commits' --push
      gitward waive --revoke ID --reason 'the tracker is back' --push
    """
    given = [bool(entries), everything, lists, bool(closed), bool(revoke)]
    if sum(given) != 1:
        raise UsageError("give one of ENTRY, --everything, --open, --close, --revoke", "gitward waive --help shows each")
    if lists:
        return _open(log, form)
    if not reason.strip():
        raise UsageError("--reason is missing", "say why: it is shown to everybody who wonders")
    from gitward.adapters import waiving
    from gitward.cli.kept import told, waiting
    from gitward.repository import open_repository
    from gitward.statements import keeping

    with open_repository(repo) as repository:
        at = keeping.place(repository, repo, remote, url, key, waiting)
        if closed:
            return told((waiving.close(closed, reason, at),), "closed", at, push=push)
        if revoke:
            return told((keeping.revoke(at, revoke, reason),), "revoked", at, push=push)
        asked = _asked(repository, repo, entries, commits, span, ref, reason, ticket, expires, policy_id, deletes=deletes)
    kept = waiving.waive(asked, at)
    _summary(asked, at)
    return told(kept, "glass broken" if everything else "waived", at, push=push)


def _asked(repository: Repository, repo: str, entries: tuple[str, ...], commits: tuple[str, ...], span: str, ref: str,
           reason: str, ticket: str, expires: str, policy_id: str, *, deletes: bool) -> Asked:  # fmt: skip
    from gitward import clock
    from gitward.adapters import waiving

    is_glass = not entries
    if not expires:
        raise UsageError("--expires is missing", "say how long: --for 1h" if is_glass else "say until when: --expires 12h")
    if ref and not ref.startswith("refs/"):
        raise UsageError(f"{ref!r} is no full name of a ref", "write for example --ref refs/heads/main")
    if is_glass and not ref:
        raise UsageError("--ref is missing: glass is broken for one ref", "write for example --ref refs/heads/main")
    if is_glass and (commits or span or deletes):
        raise UsageError("broken glass is for every push to a ref, not for commits", "leave --commit and --range out")
    if not is_glass and not (commits or span):
        raise UsageError("--commit or --range is missing", "a waiver names its commits: --commit OID, or --range A..B")
    policy = None if policy_id else _policy(repo)
    if policy:
        _check(policy, entries, ref)
    return waiving.Asked(
        policy=policy.id if policy else policy_id,
        entries=entries or ("*",),
        commits=() if is_glass else waiving.commits_of(repository, commits, span, ref, deletes=deletes),
        ref=ref,
        reason=reason,
        ticket=ticket,
        expires=waiving.expiry(expires, clock.seconds(clock.now())),
    )


def _policy(repo: str) -> Policy:
    from gitward.cli.check import default_policy
    from gitward.cli.policy_source import loaded

    try:
        return loaded(default_policy(repo), repo)
    except UsageError as problem:
        raise UsageError(problem.message, "name the policy: --policy ID") from None


def _check(policy: Policy, entries: tuple[str, ...], ref: str) -> None:
    """Raise UsageError for what could never count by this copy of the policy; say what does not by it."""
    from gitward.policy.compose import nearest
    from gitward.waivers.rights import EVERYTHING, is_waivable

    by_id: dict[str, Entry] = {entry.id: entry for entry in policy.entries}
    for name in entries:
        if name not in by_id:
            message = f"the policy {policy.id} has no entry {name!r}{nearest(name, by_id)}"
            raise UsageError(message, "gitward policy show lists them")
        rule = by_id[name].rule
        if not is_waivable(by_id[name]):
            raise UsageError(f"nobody can waive {name}: what it refuses is no object that counts")
        if not ref and not hasattr(rule, "check_commit"):
            raise UsageError(f"{name} judges what becomes of a ref, and --ref is missing", "name the ref: --ref refs/heads/main")
        if not any(name in right.rules for right in policy.waivers):
            click.echo(f"note: by the policy here nobody may waive {visible(name)}", err=True)
    if not entries and not any(right.rules == EVERYTHING for right in policy.waivers):
        click.echo("note: by the policy here nobody may break the glass", err=True)


def _summary(asked: Asked, at: Place) -> None:
    from gitward.days import moment

    what = f"{len(asked.commits)} commit{'' if len(asked.commits) == 1 else 's'}" if asked.commits else "every push"
    entries = "everything" if asked.entries == ("*",) else ", ".join(asked.entries)
    where = f" to {asked.ref}" if asked.ref else ""
    lines = [f"repository {at.repository}", f"{entries} of the policy {asked.policy}, for {what}{where}"]
    lines.append(f"until {moment(asked.expires)}")
    more = [f"and {len(asked.commits) - _LISTED} more"] if len(asked.commits) > _LISTED else []
    for line in (*lines, *asked.commits[:_LISTED], *more):
        click.echo(visible(line))


def _open(log: str, form: str) -> int:
    """What is open, by the log; 1 where something is."""
    if not log:
        raise UsageError("--open needs --log DIR", "the server's log says who broke the glass, and what came in")
    from gitward.audit import reading
    from gitward.errors import GitwardError
    from gitward.record import values
    from gitward.review.breakglass import Glasses, in_words

    glasses = Glasses(log)
    try:
        for entry in reading.entries(log):
            glasses.see(entry)
    except ValueError as problem:
        raise GitwardError(str(problem), "gitward audit verify") from None
    found = glasses.open()
    if form == "json":
        json.dump({"version": 1, "open": [{**values(each)} for each in found]}, sys.stdout, indent=2)
        click.echo()
    for each in found if form == "text" else ():
        click.echo(visible(f"{each.statement} {each.policy} {each.repository} {' '.join(each.refs)}"))
        click.echo(visible(f"  {in_words(each)}; since {each.since}, entries {', '.join(map(str, each.seqs))}"))
    if form == "text" and not found:
        click.echo("nothing is open")
    return 1 if found else 0
