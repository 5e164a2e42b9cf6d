"""What git gets of the environment, and what sshd says of the session. Everything else of a client's environment is dropped.

Source: git(1) (GIT_PROTOCOL); gitprotocol-v2(5); sshd_config(5) (AcceptEnv, ExposeAuthInfo); ssh(1) (SSH_CONNECTION).
"""

from __future__ import annotations

import os
import re
import stat

from gitward.errors import Undecided
from gitward.sshkeys import fingerprint, key_type, public_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/usr/local/bin:/usr/bin:/bin"
PRINCIPAL = "GITWARD_PRINCIPAL"  # who is let in here, for the hook's channel ssh-command
_PROTOCOL = re.compile("version=[0-9]")
_CONNECTION = re.compile(r"([0-9A-Za-z.:%_-]{1,100}) [0-9]{1,5} [0-9A-Za-z.:%_-]{1,100} [0-9]{1,5}")
_LARGEST = 1 << 16  # bytes of what sshd writes about how somebody was let in


def of_git(given: Mapping[str, str], account: str) -> dict[str, str]:
    """The whole environment of git and of its hooks. HOME is the operating system's word, whatever was sent."""
    import pwd

    try:
        user = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Undecided("the operating system does not know this user", "run sshd as one that it knows", "no-user") from None
    kept = {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name}
    for name, form in (("GIT_PROTOCOL", _PROTOCOL), ("SSH_CONNECTION", _CONNECTION)):
        if form.fullmatch(given.get(name, "")):
            kept[name] = given[name]
    return {**kept, PRINCIPAL: account}


def client_address(given: Mapping[str, str]) -> str:
    """The address of the client, '' where sshd does not say it."""
    found = _CONNECTION.fullmatch(given.get("SSH_CONNECTION", ""))
    return found[1] if found else ""


def proved_key(given: Mapping[str, str]) -> str:
    """The fingerprint of the key that let somebody in, of a certificate that of its plain key; '' where sshd does not say it.

    With `ExposeAuthInfo yes` sshd writes `publickey TYPE BASE64` to a file of this user's alone, and names that file.
    """
    path = given.get("SSH_USER_AUTH", "")
    if not path.startswith("/"):
        return ""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o077:
            return ""
        lines = os.read(file, _LARGEST).decode("ascii", "replace").split("\n")
    finally:
        os.close(file)
    keys = [rest for method, _, rest in (line.partition(" ") for line in lines) if method == "publickey"]
    return _fingerprint(keys[0]) if keys else ""


def _fingerprint(line: str) -> str:
    try:
        blob = public_key(line)
    except ValueError:
        return ""
    if "-cert-" not in key_type(blob):
        return fingerprint(blob)
    from gitward.signatures.ssh.certificate import plain_key
    from gitward.signatures.ssh.wire import Refused

    try:
        return plain_key(blob).fingerprint
    except Refused:
        return ""


def git_program() -> str:
    """The absolute path of git. Raises Undecided where there is none."""
    for folder in PATH.split(":"):
        path = os.path.join(folder, "git")
        if os.access(path, os.X_OK):
            return path
    raise Undecided("there is no git on this server", f"install it in one of {PATH.replace(':', ', ')}", "no-git")
