"""What no policy can allow in a push: lines that contradict each other or the repository, and reserved refs.

These hold before any policy is read and in every mode, so they are a policy of gitward's own with one entry.
"""

from __future__ import annotations

from gitward.model import BUILT_IN, Entry, Policy, RefUpdate, Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_REFS = "refs/gitward/"  # nobody's history: what these reach was judged, or let go, for other refs
RESERVED = ("refs/replace/", OWN_REFS)
STATEMENTS = f"{OWN_REFS}statements/"  # where alone a push may create refs: each the name of the statement that it leads to

_TAKEN_IN = ("refs/heads/", "refs/tags/")


def vouches(ref: str, new: str) -> bool:
    """Whether what a ref reaches may count as judged for the ref `new`, which is made: of a branch, a tag, and its own namespace.

    Elsewhere (`refs/merge-requests/`, `refs/keep-around/`) stands what a forge has put there itself, and no hook has seen.
    """
    return ref.startswith((*_TAKEN_IN, namespace(new))) and not ref.startswith(OWN_REFS)


def namespace(ref: str) -> str:
    """`refs/heads/` of a branch, and so on."""
    return "/".join(ref.split("/")[:2]) + "/"


@record
class PushIntegrity:
    """Each ref once, its old value the repository's own, no reserved ref. The facts layer finds it, this reports it."""

    name = "push-integrity"
    needs = ("update",)
    default_refs = ("refs/**",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if update.problem:
            yield Violation(message=update.problem)


def reserved(ref: str) -> str:
    """Why a push may not touch this ref, '' where it may."""
    for prefix in RESERVED:
        if ref.startswith(prefix) or ref == prefix.rstrip("/"):
            return f"{prefix} is reserved: a push may not create, change or delete refs there"
    return ""


def is_statement(update: RefUpdate) -> bool:
    """Whether it brings a statement that may come. No policy judges that: it counts by its signature, and brings no commits."""
    return update.ref.startswith(STATEMENTS) and not update.problem


def built_in(version: str) -> Policy:
    entry = Entry(id="push-integrity", rule=PushIntegrity(), refs=("refs/**",), place=BUILT_IN)
    return Policy(id="gitward", mode="enforce", entries=(entry,), source=BUILT_IN, digest=f"gitward {version}")
