"""`gitward access keys`: the AuthorizedKeysCommand of sshd, run for every key that somebody offers."""

from __future__ import annotations

import os
import sys
import time

from gitward.cli.access_options import parse
from gitward.cli.output import exit_code_of, write
from gitward.errors import UsageError
from gitward.sshkeys import key_type, public_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Trust

OPTIONS = ("--policy", "--root", "--log")
USAGE = """usage: gitward access keys --policy FILE [OPTIONS] TYPE KEY
       gitward access keys --policy FILE [OPTIONS] FINGERPRINT

For AuthorizedKeysCommand of sshd_config(5), with %t %k, or %f. Where the policy lists the key for a principal, as
`ssh` or by an `ssh_authority` that may name the certificate's principal, and key and principal are valid now and not
revoked, it prints the line of authorized_keys that lets it into `gitward access shell PRINCIPAL`. For any other key
it prints nothing.

  --policy FILE           the policy that lists who has which keys
  --root DIR              repositories are below this folder (passed on to the shell)
  --log DIR|unix:PATH     the log of what concerns no repository (passed on to the shell)

exit codes: 0 looked up, 2 usage or policy invalid, 3 undecided; sshd lets nobody in unless it is 0

example, in sshd_config:
  AuthorizedKeysCommand /opt/gitward/bin/gitward access keys --policy /etc/gitward/org.yaml --root /srv/git %t %k
  AuthorizedKeysCommandUser git
"""


def main(arguments: list[str]) -> int:
    """Print the line for one key. Anything unforeseen is exit code 3, and sshd then lets nobody in."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    return exit_code_of(lambda: _looked_up(*parse("keys", arguments, OPTIONS)))


def _looked_up(options: dict[str, list[str]], words: list[str]) -> int:
    found = _line(options, words)
    write(f"{found}\n" if found else "")
    return 0


def _line(options: dict[str, list[str]], words: list[str]) -> str:
    if len(options["--policy"]) != 1:
        raise UsageError("gitward access keys needs one --policy, which lists whose keys these are", "--policy FILE")
    from gitward.policy.load import load_file
    from gitward.policy.trust import trust

    known, shell = trust(load_file(options["--policy"][0]).trust), _shell(options)
    offered = _offered(words, known)
    if not offered or ("-cert-" not in key_type(offered) and all(each.blob != offered for each in known.ssh)):
        return ""  # most keys that an agent offers: cryptography would be loaded for nothing
    from gitward.shell.authorized import line

    return line(known, offered, shell, int(time.time()))


def _offered(words: list[str], known: Trust) -> bytes:
    """The key in wire form, b'' for one that is not listed. Raises UsageError for what is none."""
    if len(words) == 1 and words[0].startswith("SHA256:"):
        from gitward.shell.authorized import blob_of

        return blob_of(known, words[0])
    if len(words) != 2:
        raise UsageError("gitward access keys takes a key as %t %k, or its fingerprint as %f", "write sshd_config's tokens")
    try:
        return public_key(" ".join(words))
    except ValueError as problem:
        raise UsageError(f"this is no SSH key: {problem}") from None


def _shell(options: dict[str, list[str]]) -> list[str]:
    """The start of the command, by the same interpreter and script as this process, as in a hook file."""
    passed = []
    for name in ("--root", "--log"):
        if options[name]:
            value = options[name][-1]
            if not os.path.isabs(value.removeprefix("unix:")):
                raise UsageError(f"{name} {value}: not an absolute path", "sshd starts it in another folder")
            passed += [name, value]
    return [sys.executable, "-I", os.path.abspath(sys.argv[0]), "access", "shell", *passed]
