"""`gitward access shell PRINCIPAL`: dispatched before click is imported, because every fetch and push waits for it."""

from __future__ import annotations

import os
import re
import sys

from gitward.cli.access_options import parse
from gitward.cli.output import exit_code_of, say, settle
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.render.escape import visible
from gitward.shell.environment import git_program, of_git
from gitward.shell.refusal import Denied
from gitward.shell.visit import Door, LetIn, visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

OPTIONS = ("--root", "--log", "--policy", "--key")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}")  # of a principal (policy.people), and of its accounts
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
USAGE = """usage: gitward access shell PRINCIPAL [OPTIONS]

The restricted shell of a server's SSH account. sshd runs it as the command of a key, in authorized_keys or as
`gitward access keys` writes the line; what the client asked for is in SSH_ORIGINAL_COMMAND. It starts
git-upload-pack, git-receive-pack and git-upload-archive, for a repository below the root that gitward guards
(gitward install --server), where the policies of its hook let PRINCIPAL read, or push at all. The hook learns
PRINCIPAL by its channel ssh-command. Every start, and everything refused, is recorded before git runs.

  --root DIR              repositories are below this folder (default: the account's home)
  --log DIR|unix:PATH     record here what concerns no repository, or one whose hook has no log
  --policy FILE|REF:PATH  this policy, too, must let PRINCIPAL in (may stand more than once)
  --key FINGERPRINT       the key that sshd let in, for the log; else SSH_USER_AUTH says it (ExposeAuthInfo yes)

exit codes: git's own once it runs; 1 denied, 2 usage, 3 undecided: it could not be judged or recorded

example, a line of authorized_keys:
  restrict,command="/opt/gitward/bin/gitward access shell ann --root /srv/git" ssh-ed25519 AAAAC3...
"""


def main(arguments: list[str]) -> int:
    """Become git, or say why not."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    return exit_code_of(lambda: _visited(arguments))


def _visited(arguments: list[str]) -> int:
    door, given = _door(arguments), dict(os.environ)
    environment = of_git(given, door.account)
    os.environ.clear()
    os.environ.update(environment)
    return _served(door, given, environment)


def _door(arguments: list[str]) -> Door:
    options, words = parse("shell", arguments, OPTIONS)
    if len(words) != 1 or not _NAME.fullmatch(words[0]):
        raise UsageError("gitward access shell takes one name of a principal", "gitward access shell ann --root /srv/git")
    key = (options["--key"] or [""])[-1]
    if key and not _FINGERPRINT.fullmatch(key):
        raise UsageError(f"--key {key}: not a fingerprint", "write it as ssh-keygen -l prints it: SHA256:...")
    root = (options["--root"] or [_home()])[-1]
    if not os.path.isabs(root):
        raise UsageError(f"--root {root}: not an absolute path", "sshd starts it in the account's home")
    return Door(account=words[0], root=root, log=(options["--log"] or [""])[-1], policies=tuple(options["--policy"]), key=key)


def _home() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return ""


def _served(door: Door, given: Mapping[str, str], environment: Mapping[str, str]) -> int:
    """Two lines where it is not served. Why something is undecided stands in the log, or is told to who runs this by hand."""
    try:
        _become_git(visit(door, given), environment)
    except Denied as problem:
        whose = f"you are {door.account}; " if problem.reason == "no-command" else ""  # `ssh git@host` asks just that
        say(f"gitward: denied: {whose}{visible(problem.message)}")
        say(f"  fix: {visible(problem.fix)}")
        return 1
    except GitwardError as problem:
        message, fix = problem.message, problem.fix
        if "SSH_CONNECTION" in given:
            message = f"this server could not judge what {door.account} asks for ({problem.reason})"
            fix = "ask its administrator, who finds the reason in the log"
        say(f"gitward: undecided: {visible(message)}")
        say(f"  fix: {visible(fix)}")
    return 3


def _become_git(admitted: LetIn, environment: Mapping[str, str]) -> NoReturn:
    """Run git in this process's place. Raises Undecided where it cannot be started."""
    import signal

    git = git_program()
    settle()
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python; a program that is started would ignore them too
        signal.signal(ignored, signal.SIG_DFL)
    strict = ["--strict"] if admitted.service == "upload-pack" else []  # no other place than this (git-upload-pack(1))
    try:
        os.execve(git, ["git", admitted.service, *strict, admitted.git_dir], dict(environment))  # noqa: S606  a list
    except OSError as problem:
        raise Undecided(f"git could not be started: {problem.strerror}", "look at the server's memory and limits") from None
