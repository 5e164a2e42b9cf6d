"""`gitward keys`: whose signatures count, and by which keys."""

from __future__ import annotations

import json
import os

import click

from gitward.cli import output as out
from gitward.cli.lazy import Group
from gitward.cli.policy_source import REPO
from gitward.errors import UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.keys.lines import KeyLine
    from gitward.model import Trust

POLICY = click.option("--policy", "source", metavar="F|REF:PATH", default="",
                      help="Default: .gitward.yaml at the top of the work tree.")  # fmt: skip
FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group(cls=Group)
def keys() -> None:
    """List, import and look over the keys that a policy trusts.

    \b
    examples:
      gitward keys import .gitsigners --format allowed-signers --output keys.yaml
      gitward keys list
      gitward keys check --within 60
    """


@keys.command("list", epilog="exit codes: 0 listed, 2 policy invalid, 3 gpg cannot be used")
@POLICY
@REPO
@FORMAT
def list_(source: str, repo: str, form: str) -> int:
    """List the keys: a line each with principal, kind, fingerprint, algorithm, validity, state.

    \b
    examples:
      gitward keys list
      gitward keys list --policy /etc/gitward/org.yaml --format json
    """
    trust = _trust(source, repo)
    lines = _lines(trust)
    if form == "json":
        from gitward.record import values

        principals = {name: values(each) for name, each in trust.principals.items()}
        whole = {"version": 1, "trust": trust.digest, "principals": principals, "keys": [_plain(line) for line in lines]}
        out.write(json.dumps(whole, indent=2, default=list) + "\n")
        return 0
    for line in lines:
        out.write(visible(_text(line)) + "\n")
    counts = f"{_many(len(lines), 'key')} of {_many(len(trust.principals), 'principal')}"
    out.write(f"{counts}; trust store {trust.digest[:12] or 'empty'}\n")
    return 0


@keys.command("check", epilog="exit codes: 0 nothing wrong (warnings may be printed), 1 a key is wrong, 2 policy invalid, "
              "3 gpg or a file of the trust store cannot be used")
@POLICY
@REPO
@click.option("--within", metavar="DAYS", type=click.IntRange(0, 3650), default=30, show_default=True,
              help="Speak of keys that end within so many days.")
@FORMAT
def check(source: str, repo: str, within: int, form: str) -> int:  # fmt: skip
    """Look for keys that have ended or soon will, are revoked or weak, for wildcards, and for what counts for anybody.

    The same key for two principals, and a `*` that any certificate matches, are refused when the policy is loaded.

    \b
    examples:
      gitward keys check
      gitward keys check --policy /etc/gitward/org.yaml --within 90
    """
    from gitward import clock
    from gitward.keys.checks import remarks, try_all
    from gitward.record import values

    trust = _trust(source, repo)
    try_all(trust)
    lines = _lines(trust)
    found = list(remarks(trust, lines, clock.seconds(clock.now()), within * 86_400))
    wrong = sum(remark.level == "error" for remark in found)
    if form == "json":
        out.write(json.dumps({"version": 1, "trust": trust.digest, "remarks": [values(each) for each in found]}, indent=2) + "\n")
        return 1 if wrong else 0
    for remark in found:
        who = " ".join(part for part in (remark.principal, remark.identity) if part)
        out.write(visible(f"{remark.level}: {who}{': ' if who else ''}{remark.words}") + "\n")
        if remark.fix:
            out.write(f"  fix: {visible(remark.fix)}\n")
    out.write(f"{_many(len(lines), 'key')} looked over: {wrong} wrong, {_many(len(found) - wrong, 'warning')}\n")
    return 1 if wrong else 0


@keys.command("import", epilog="exit codes: 0 written, 2 the file cannot be used, or holds no key, 3 gpg cannot be used")
@click.argument("path", metavar="PATH")
@click.option("--format", "form", type=click.Choice(["allowed-signers", "openpgp", "x509", "forge"]), required=True,
              help="What stands at PATH.")
@click.option("--output", "target", metavar="POLICY", default="", help="Write the policy there, where no file is yet.")
@click.option("--principal", metavar="NAME", default="", help="With forge: whose keys these are. Default: the name of the file.")
def import_(path: str, form: str, target: str, principal: str) -> int:  # fmt: skip
    """Write a policy whose principals are those of a list of keys kept elsewhere.

    allowed-signers: OpenSSH's file, of which .gitsigners is one. openpgp: certificates, a folder of them, a GnuPG home.
    x509: certificates of signers. forge: what a forge lists of a user (GitHub's gpg_keys, ssh_signing_keys, USER.keys;
    GitLab's keys), saved as a file. What cannot be taken over is named on stderr.

    \b
    examples:
      gitward keys import .gitsigners --format allowed-signers --output keys.yaml
      gpg --export > team.gpg && gitward keys import team.gpg --format openpgp --output keys.yaml
      gitward keys import ann.json --format forge --principal ann
    """
    from gitward.keys.gathered import gather
    from gitward.keys.written import written

    _refuse_standing(target)
    gathered = gather(path, form, principal)
    for note in gathered.notes:
        out.say(visible(note))
    files = written(gathered, path, target)
    for name in files:
        _refuse_standing(name)
    for name in reversed(files):
        out.write(files[name], name)
    count = sum(len(held) for _, _, held in gathered.people)
    said = f"{_many(count, 'key')} of {_many(len(gathered.people), 'principal')}, {_many(len(gathered.notes), 'note')}"
    out.say(f"{said}; next: gitward keys check --policy POLICY")
    return 0


def _refuse_standing(path: str) -> None:
    if path not in ("", "-") and os.path.lexists(path):
        raise UsageError(f"{path}: there is a file already", "move it away, or write elsewhere: --output POLICY")


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _trust(source: str, repo: str) -> Trust:
    from gitward.cli.check import default_policy
    from gitward.cli.policy_source import loaded
    from gitward.policy.trust import trust

    return trust(loaded(source or default_policy(repo), repo).trust)


def _lines(trust: Trust) -> list[KeyLine]:
    from gitward.keys.lines import key_lines

    return list(key_lines(trust))


def _plain(line: KeyLine) -> dict[str, object]:
    from gitward.days import moment
    from gitward.record import values

    found = values(line)
    times = {name: None if found[name] is None else moment(found[name]) for name in ("not_before", "not_after")}
    return {**found, **times}


def _text(line: KeyLine) -> str:
    from gitward.days import moment

    parts = [f"{line.principal}  {line.kind:<13}  {line.identity}", f"{line.algorithm}{f' {line.bits}' if line.bits else ''}"]
    parts += [line.part, f"from {moment(line.not_before)}" if line.not_before is not None else ""]
    parts += [f"to {moment(line.not_after)}" if line.not_after is not None else "", line.state]
    return "  ".join(part for part in parts if part)
