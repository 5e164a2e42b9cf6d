"""The pre-commit framework: it keeps git's stdin and arguments from a hook, and says part of them in variables.

Source: pre-commit's documentation, "Supported git hooks". Of a push it names one ref, the first that brings commits.
"""

from __future__ import annotations

from gitward.adapters.clone import ask
from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def is_running(environment: Mapping[str, str]) -> bool:
    """Whether the framework runs the hook. It shows what a hook writes when the hook is over, so nobody can be asked."""
    return environment.get("PRE_COMMIT") == "1"


def message_source(environment: Mapping[str, str]) -> str:
    """prepare-commit-msg's second argument, '' where the framework does not run the hook."""
    return environment.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")


def pushed_line(environment: Mapping[str, str]) -> tuple[bytes, str]:
    """The stdin line of pre-push as git would have written it, and the remote's name; nothing without the framework.

    Raises Undecided where the framework runs the hook but names no ref: a run by hand, for instance.
    """
    if not is_running(environment):
        return b"", ""
    names = ("PRE_COMMIT_LOCAL_BRANCH", "PRE_COMMIT_REMOTE_BRANCH", "PRE_COMMIT_REMOTE_NAME")
    local, ref, remote = (environment.get(name, "") for name in names)
    if not ref.startswith("refs/") or not remote:
        raise Undecided("the pre-commit framework names no pushed ref", "judge a range: gitward check A..B", "no-input")
    tracking = ref.replace("refs/heads/", f"refs/remotes/{remote}/", 1)
    new = environment.get("PRE_COMMIT_TO_REF") or _oid(local)  # a push that holds a root commit has no TO_REF
    if not new:
        raise Undecided(f"{local} names no commit", "push again", "malformed-input")
    known = _oid(tracking) if tracking != ref else ""
    old = (environment.get("PRE_COMMIT_FROM_REF") or known) if known else "0" * len(new)
    return f"{local} {new} {ref} {old}\n".encode("utf-8", "surrogateescape"), remote


def _oid(revision: str) -> str:
    status, out = ask(("rev-parse", "--verify", "--quiet", "--end-of-options", revision))[0]
    return out.decode().strip() if status == 0 else ""
