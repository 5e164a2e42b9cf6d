"""Signing a statement with the key that signs commits: gpg.format, user.signingKey and the programs of git-config(1).

SSH: `ssh-keygen -Y sign` for the namespace `gitward-statement`, so that no signature of a commit can stand for one of a
statement, nor the other way round. OpenPGP: a detached signature over bytes, which begin with `DSSEv1`, as no object of Git does.
"""

from __future__ import annotations

import os
import subprocess
import threading

from gitward import gitcommand
from gitward.errors import GitwardError, UsageError
from gitward.ownfolder import TemporaryFolder
from gitward.signatures.openpgp import packet
from gitward.signatures.openpgp.armor import Refused as OpenPgpRefused
from gitward.signatures.openpgp.armor import unarmor
from gitward.signatures.ssh.armor import unarmored
from gitward.signatures.ssh.sshsig import STATEMENT, opened
from gitward.signatures.ssh.wire import Refused as SshRefused
from gitward.statements import envelope
from gitward.statements.envelope import MAXIMUM, EnvelopeSignature, encoded, pae

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Notice = Callable[[str], object] | None

_SECONDS = 300.0  # somebody may have to find a token and type its PIN
_PATIENCE = 3.0  # seconds after which is said what is waited for
_FIXES = (  # by what ssh-keygen and gpg say, in English; the first that fits
    ("agent socket", 'start an agent and give it the key: eval "$(ssh-agent)", ssh-add FILE'),
    ("find key in agent", "ssh-add -l shows what the agent holds, ssh-add FILE adds a key, ssh-add -X unlocks a locked agent"),
    ("agent refused", "confirm it where the agent asks, or touch the token; ssh-add -X unlocks a locked agent"),
    ("passphrase", "run it where ssh-keygen can ask for the passphrase, a terminal, or: ssh-add FILE"),
    ("device not found", "plug the token in, and touch it when it blinks"),
    ("No pinentry", "install pinentry, look at pinentry-program in gpg-agent.conf, then: gpgconf --kill gpg-agent"),
    ("Inappropriate ioctl", "export GPG_TTY=$(tty), then: gpgconf --kill gpg-agent"),
    ("agent", "gpgconf --kill gpg-agent; gpgconf --launch gpg-agent"),
    ("ard", "put the card or token in: gpg --card-status"),
    ("No such device", "put the card or token in: gpg --card-status"),
    ("Timeout", "answer where pinentry asks, and try again"),
)
_FIX = "git config user.signingKey KEY, as for git commit -S, or name one with --key"


def signed(payload: bytes, repository_folder: str, key: str = "", notice: Notice = None) -> bytes:
    """The blob of a statement: `payload`, from `reading.payload_of`, with one signature.

    `key` in place of user.signingKey: a file with an SSH key, such a key as text (it is then the agent's), or an OpenPGP key's
    name. `notice` is told where somebody may be asked for something. Raises GitwardError with the fix where nothing can sign.
    """
    blob = encoded(payload, (signature(payload, repository_folder, key, notice),))
    if len(blob) > MAXIMUM:
        fix = "say less in it, or make one for fewer commits each"
        raise UsageError(f"the statement has {len(blob)} bytes, at most {MAXIMUM} are taken", fix)
    return blob


def signature(payload: bytes, repository_folder: str, key: str = "", notice: Notice = None) -> EnvelopeSignature:
    """One signature of a payload; several of several people may stand in one envelope. Raises as `signed` does."""
    form = gitcommand.setting(repository_folder, "gpg.format") or "openpgp"
    key = key or gitcommand.setting(repository_folder, "user.signingKey")
    if _is_ssh_text(key) or (key and os.path.isfile(_file(key))):
        form = "ssh"
    if form == "ssh":
        return _by_ssh(payload, repository_folder, key, notice)
    if form == "openpgp":
        return _by_openpgp(payload, repository_folder, key, notice)
    words = f"a statement is signed with SSH or OpenPGP, and gpg.format is {form!r}"
    raise GitwardError(words, "name an SSH or OpenPGP key: --key KEY")


def cosigned(blob: bytes, repository_folder: str, key: str = "") -> bytes:
    """The same statement with one more signature: another blob. Raises NotAStatement for a blob that is none."""
    found = envelope.opened(blob)
    return encoded(found.payload, (*found.signatures, signature(found.payload, repository_folder, key)))


def _is_ssh_text(key: str) -> bool:
    return key.startswith(("key::", "ssh-"))  # gpg-interface.c, is_literal_ssh_key


def _file(key: str) -> str:
    return os.path.expanduser(key)


# --- SSH ----------------------------------------------------------------------------------------------------------------


def _by_ssh(payload: bytes, folder: str, key: str, notice: Notice) -> EnvelopeSignature:
    key = key or _default_key(folder)
    if not key:
        raise GitwardError("there is no SSH key to sign with", _FIX)
    program = gitcommand.setting(folder, "gpg.ssh.program") or "ssh-keygen"
    with TemporaryFolder() as held:
        name, agent = _file(key), False
        if _is_ssh_text(key):  # git-config(1), user.signingKey: a public key, whose private part the agent holds
            name, agent = os.path.join(held, "key.pub"), True
            with open(name, "w", encoding="utf-8") as file:
                file.write(key.removeprefix("key::") + "\n")
        command = [program, "-Y", "sign", "-n", STATEMENT.decode(), "-f", name, *(["-U"] if agent else [])]
        block = _run(command, pae(payload), "ssh-keygen", "look at the key with: ssh-keygen -l -f KEY", notice=notice)
    try:
        data = unarmored(block)
        return EnvelopeSignature(sig=data, keyid=opened(block, STATEMENT).key.fingerprint)
    except SshRefused as problem:
        raise GitwardError(f"what {program} made is no signature that counts: {problem.detail}", _FIX) from None


def _default_key(folder: str) -> str:
    """What gpg.ssh.defaultKeyCommand names first; '' where it is not set, or names none."""
    command = gitcommand.setting(folder, "gpg.ssh.defaultKeyCommand")
    if not command:
        return ""
    # as git does (gpg-interface.c): the words of a shell, run in the folder
    output = _run(["/bin/sh", "-c", command], b"", "gpg.ssh.defaultKeyCommand", _FIX, folder)
    lines = [line.strip() for line in output.decode("utf-8", "replace").split("\n")]
    return next((line for line in lines if _is_ssh_text(line)), "")


# --- OpenPGP ------------------------------------------------------------------------------------------------------------


def _by_openpgp(payload: bytes, folder: str, key: str, notice: Notice) -> EnvelopeSignature:
    program = gitcommand.setting(folder, "gpg.openpgp.program") or gitcommand.setting(folder, "gpg.program") or "gpg"
    if not key:
        who = gitcommand.need(folder, "var", "GIT_COMMITTER_IDENT")
        key = who.rpartition(">")[0] + ">"  # as git commit -S does without user.signingKey
    command = [program, "--detach-sign", "--no-textmode", "--armor", "--local-user", key]
    block = _run(command, pae(payload), "gpg", f"{_FIX}; gpg --list-secret-keys shows which there are", notice=notice)
    try:
        data = unarmor(block)
        return EnvelopeSignature(sig=data, keyid=packet.parse_signature(data).issuer)
    except OpenPgpRefused as problem:
        raise GitwardError(f"what {program} made is no signature that counts: {problem}", _FIX) from None


def _run(
    command: Sequence[str], stdin: bytes, what: str, fix: str, folder: str | None = None, notice: Notice = None
) -> bytes:
    """What a program writes. It may ask whoever is at the terminal for a passphrase."""
    words = f"waiting for {what}: it may ask for a passphrase, a PIN or a touch; it has {_SECONDS:g} s, Ctrl-C ends it"
    timer = threading.Timer(_PATIENCE, notice or str, (words,))
    timer.daemon = True
    timer.start()
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=_SECONDS, cwd=folder, check=False)
    except subprocess.TimeoutExpired:
        raise GitwardError(f"{what} took more than {_SECONDS:g} s: its agent or token does not answer", fix) from None
    except OSError as problem:
        raise GitwardError(f"{command[0]} cannot be run: {problem.strerror}", fix) from None
    finally:
        timer.cancel()
    if done.returncode:
        lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").split("\n") if line.strip()] or [""]
        said = "".join(c if c.isprintable() else "?" for c in lines[-1][:300])
        better = next((each for needle, each in _FIXES if needle in said), fix)
        raise GitwardError(f"{what} could not sign{': ' if said else ''}{said}", better)
    return done.stdout
