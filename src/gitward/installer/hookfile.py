"""The text of a hook file: at most ten lines of sh that start gitward with this host's options, and decide nothing.

The options are literals in the file: neither the environment nor git's configuration reaches them. The second line
holds a digest of all the others, so that a file that somebody has edited is told from one that gitward may replace.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex

from gitward.channels import VARIABLES
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["absent", "ours", "edited", "foreign"]

CLIENT = ("prepare-commit-msg", "commit-msg", "pre-commit", "pre-merge-commit", "applypatch-msg", "pre-push")
SERVER = "pre-receive"
TRANSACTION = "reference-transaction"
OUTCOMES = (TRANSACTION, "post-receive")  # on a server with a log: what git did
KEPT = ".before-gitward"
_ON_STDIN = ("pre-push", SERVER)
_MARK = "# gitward hook "
_SECOND = re.compile(rb"# gitward hook ([0-9a-f]{16}): ")
_SHELLS = ("sh", "dash", "bash", "ash", "ksh")

# of the environment that a push arrives with, pre-receive keeps what git itself set (githooks(5), git-receive-pack(1)), and what
# may say where the client is: a claim for the log, of which nothing else is made
_PUSH_NAMES = (
    "HOME GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE GIT_PUSH_CERT"
    " GIT_PUSH_CERT_SIGNER GIT_PUSH_CERT_KEY GIT_PUSH_CERT_STATUS GIT_PUSH_CERT_NONCE GIT_PUSH_CERT_NONCE_STATUS"
    " GIT_PUSH_CERT_NONCE_SLOP GIT_PUSH_OPTION_COUNT SSH_CONNECTION SSH_CLIENT REMOTE_ADDR"
)
_PATH = "PATH=/usr/local/bin:/usr/bin:/bin"
# runs a script as Python does; what it raises becomes one line and an exit code, an interrupt what it is to a shell
_GUARD = (
    "import os, sys; del sys.argv[0]; sys.excepthook = lambda kind, *_:"
    ' os._exit(130 if kind is KeyboardInterrupt else os.write(2, b"gitward: %s\\n") and %d);'
    ' exec(open(sys.argv[0], "rb").read())'
)
_WHY = "its administrator sees why with: gitward hook --help"
_HERE = "not judged here: gitward is broken; see why with: gitward hook --help"


@record
class Program:
    """How to start gitward: the absolute paths of the interpreter and of the `gitward` script."""

    python: str
    script: str

    def gone(self, words: str, code: int) -> str:
        """The line that ends the hook with these words when this gitward is no longer there."""
        missing = f"[ ! -x {shlex.quote(self.python)} ] || [ ! -f {shlex.quote(self.script)} ]"
        return f"if {missing}; then echo 'gitward: {words}' >&2; exit {code}; fi"

    def hook(self, name: str, options: tuple[str, ...], broken: str = "", code: int = 3) -> str:
        """The words that start it. With `broken` a gitward that does not come to its first line (a package half upgraded, or of
        another Python) says that and ends with the code: a traceback would tell a pusher the server's paths.
        """
        guard = ("-c", _GUARD % (broken, code)) if broken and not self.script.endswith(".exe") else ()
        return shlex.join((self.python, "-I", *guard, self.script, "hook", name, *options))


def client(name: str, program: Program, options: tuple[str, ...] = (), earlier: str = "") -> str:
    """A hook of a clone. `earlier` is the command of the hook that stood there before (`earlier_command`), '' for none.

    Where gitward is gone the commit goes on, and the file says that it was not judged.
    """
    run = f'{program.hook(name, options, _HERE, 0)} "$@"'
    piped = bool(earlier) and name in _ON_STDIN
    lines = []
    if earlier:
        feed = 'printf %s "${in%.}" | ' if piped else ""
        lines += ["in=$(cat && echo .)"] if piped else []
        lines += [f'[ ! -x "$0{KEPT}" ] || {feed}{earlier} || exit']
    lines += [
        program.gone("not judged here: gitward is gone; install it and run: gitward install", 0),
        f'printf %s "${{in%.}}" | {run}' if piped else f"exec {run}",
    ]
    return _file(lines)


def everywhere(name: str, program: Program, options: tuple[str, ...] = ()) -> str:
    """A hook for all repositories of a user, which runs the repository's own first: core.hooksPath hides that one."""
    run = f'{program.hook(name, options, _HERE, 0)} "$@"'
    piped = name in _ON_STDIN
    feed = 'printf %s "${in%.}" | ' if piped else ""
    return _file(
        [
            f'own="$(git rev-parse --git-common-dir)/hooks/{name}"',
            f'if [ -x "$own" ] && grep -q "^{_MARK}" "$own"; then exec "$own" "$@"; fi',
            *(["in=$(cat && echo .)"] if piped else []),
            f'[ ! -x "$own" ] || {feed}"$own" "$@" || exit',
            program.gone("not judged here: gitward is gone; install it and run: gitward install --global", 0),
            f"{feed}{run}" if piped else f"exec {run}",
        ]
    )


def passing(name: str) -> str:
    """A hook that gitward has no part in, for the same folder: it runs the repository's own."""
    return _file(
        [
            f'own="$(git rev-parse --git-common-dir)/hooks/{name}"',
            'if [ -x "$own" ]; then exec "$own" "$@"; fi',
        ]
    )


def server(program: Program, options: tuple[str, ...], earlier: str = "") -> str:
    """pre-receive. Where gitward is gone the push is refused; the message names no path, because the pusher reads it.

    An earlier hook runs first and with the environment as it came, which the forges' own hooks need. Then the
    environment is made anew from the names that git set, and that of the one channel which says who pushes: push options are
    numbered, so their names are counted out.
    """
    given = zip(options[::2], options[1::2], strict=False)
    names = " ".join((_PUSH_NAMES, *(name for key, word in given if key == "--actor" for name in VARIABLES[word])))
    start = program.hook(SERVER, options, f"undecided: gitward is broken on this server; {_WHY}")
    run = f'exec /usr/bin/env -i "$@" {_PATH} LC_ALL=C.UTF-8 {start}'
    first = f'in=$(/bin/cat); [ ! -x "$0{KEPT}" ] || printf \'%s\\n\' "$in" | {earlier} || exit'
    return _file(
        [
            program.gone("undecided: gitward is gone from this server; its administrator puts it back", 3),
            *([first] if earlier else []),
            f"names='{names}'; i=0; set --",
            'while [ "$i" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ];'
            ' do names="$names GIT_PUSH_OPTION_$i"; i=$((i + 1)); done',
            'for name in $names; do eval "[ -z \\"\\${$name+x}\\" ] || set -- \\"\\$@\\" \\"$name=\\$$name\\""; done',
            *([f"{run} <<EOF", "$in", "EOF"] if earlier else [run]),
        ]
    )


def outcome(name: str, program: Program, options: tuple[str, ...], earlier: str = "") -> str:
    """One of OUTCOMES. reference-transaction runs for every transaction: Python is started only where there is something to do.

    That is where a line holds zeros, in `prepared`, and in `committed`. In `aborted` the note of this git goes
    (adapters.reference_transaction). With --deny-unaudited it looks at everything, and refuses where gitward is gone.
    """
    denies, waits = "--deny-unaudited" in options, name == TRANSACTION or bool(earlier)
    clean = f'/usr/bin/env -i ${{HOME+"HOME=$HOME"}} GIT_DIR="$GIT_DIR" {_PATH} LC_ALL=C.UTF-8'
    code = 3 if denies else 0
    start = program.hook(name, options, f"gitward is broken on this server: what git does is not recorded; {_WHY}", code)
    run = f'exec {clean} {start} "$@"'
    note = '"$GIT_DIR/gitward/transaction-$PPID"'
    idle = "" if denies else f"case $in in *{'0' * 40}*) ;; *) exit 0 ;; esac "
    over = f"[ ! -e {note} ] || /bin/rm -f {note}; exit 0"
    states = f'case $1 in prepared) {idle};; committed) [ "$in" != . ] || exit 0 ;; *) {over} ;; esac'
    first = f'[ ! -x "$0{KEPT}" ] || printf %s "${{in%.}}" | {earlier} || exit'
    return _file(
        [
            *(["in=$(/bin/cat && echo .)"] if waits else []),
            *([first] if earlier else []),
            *([states] if name == TRANSACTION else []),
            program.gone("gitward is gone from this server: what git does is not recorded", code),
            *([f"{run} <<EOF", "${in%.}", "EOF"] if waits else [run]),
        ]
    )


def earlier_command(path: str) -> str:
    """The sh words that run the hook kept at `path`, with the name that it has always had in `$0` where that can be.

    Hooks look at `$0`: husky's go by its last part, and say nothing when they do not know it. A shell script is read
    by its own shell under the old name. Another program, or a link, is started as the file that it is.
    """
    words = [] if os.path.islink(path) else _shell(path)
    if not words:
        return f'"$0{KEPT}" "$@"'
    return f"""{shlex.join(words)} -c '. "$0{KEPT}"' "$0" "$@\""""


def _shell(path: str) -> list[str]:
    """The interpreter line of a shell script as the kernel splits it (execve(2)), [] for anything else."""
    with open(path, "rb") as file:
        first = file.readline(256)
    if not first.startswith(b"#!"):
        return []
    words = os.fsdecode(first[2:]).strip().split(maxsplit=1)
    if not words:
        return []
    name = os.path.basename(words[0])
    if name == "env":
        name = os.path.basename(words[1].split()[0]) if len(words) > 1 else ""
    return words if name in _SHELLS else []


def state(path: str) -> State:
    """Whose file this is. Raises OSError where it is there and cannot be read."""
    if not os.path.lexists(path):
        return "absent"
    if os.path.islink(path) or not os.path.isfile(path):
        return "foreign"
    with open(path, "rb") as file:
        lines = file.read(1 << 16).split(b"\n")
    found = _SECOND.match(lines[1]) if len(lines) > 2 else None
    if not found:
        return "foreign"
    return "ours" if found[1].decode() == _digest([lines[0], *lines[2:]]) else "edited"


def command_of(path: str) -> list[str]:
    """The gitward command in a hook file of ours: python, -I, script, `hook`, name, options. [] where there is none."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            words = shlex.split(line) if " -I " in line else []
            if "-I" in words:
                start = words.index("-I") + 1
                script = start + 2 * (words[start] == "-c")
                return [words[start - 2], "-I", *(word for word in words[script:] if word not in ("$@", "<<EOF"))]
    return []


def _file(lines: list[str]) -> str:
    whole = [b"#!/bin/sh", *(line.encode("utf-8", "surrogateescape") for line in lines), b""]
    second = f"{_MARK}{_digest(whole)}: `gitward install` wrote it, `gitward install --remove` takes it out"
    return "\n".join(["#!/bin/sh", second, *lines, ""])


def _digest(lines: list[bytes]) -> str:
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]
