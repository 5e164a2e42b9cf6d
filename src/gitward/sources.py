"""Where a policy comes from: a file of the host, or a path in a commit that the change under judgement cannot touch.

On a server `REF:PATH` is read at the ref's value in the repository, which during a push is the old one.
"""

from __future__ import annotations

import os

from gitward.errors import PolicyError, UsageError
from gitward.policy.load import folder_reader, load_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.model import Policy
    from gitward.repository import Repository

    Reader = Callable[[str], bytes | None]


def is_in_repository(source: str) -> bool:
    """True for `REF:PATH`, False for a file: an absolute path, a Windows drive, or a name without a colon."""
    return ":" in source and not os.path.isabs(source) and source.index(":") > 1


def load(source: str, repository: Repository, *, receiving: bool) -> Policy:
    """The policy that a `--policy` option names. Raises PolicyError, Undecided where the repository cannot be read."""
    read, name = opened(source, repository, receiving=receiving)
    return load_policy(read, name, source)


def load_whole(source: str, repository: Repository) -> tuple[Policy, bytes]:
    """As `load` on a server, with the policy's files in one piece (policy.snapshot)."""
    from gitward.policy import snapshot

    read, name = opened(source, repository, receiving=True)
    return snapshot.load_whole(read, name, source)


def load_whole_at(oid: str, path: str, source: str, repository: Repository) -> tuple[Policy, bytes]:
    """As `load_at`, with the policy's files in one piece."""
    from gitward.policy import snapshot

    read, name = _opened_at(oid, path, repository)
    return snapshot.load_whole(read, name, source)


def opened(source: str, repository: Repository | None, *, receiving: bool) -> tuple[Reader, str]:
    """What reads the files of a policy's place, and the name that the policy has there; see `load`.

    `repository` may be None for a file of the host.
    """
    if repository is None or not is_in_repository(source):
        directory, name = os.path.split(os.path.abspath(source))
        return folder_reader(directory), name
    revision, _, path = source.partition(":")
    if receiving and not revision.startswith("refs/"):
        raise UsageError(f"--policy {source}: a server hook takes a full ref", f"write refs/heads/{revision}:{path}")
    if receiving and (target := repository.symbolic_target(revision)):  # pushes move that one: there its files are guarded
        raise UsageError(f"--policy {source}: {revision} is a symbolic ref that leads to {target}", f"write {target}:{path}")
    oid = repository.ref(revision) if revision.startswith("refs/") else repository.resolve(revision)
    if oid is None:
        raise PolicyError(f"there is no ref {revision}", source, fix=f"push {revision} before the hook is installed")
    return _opened_at(oid, path, repository)


def load_at(oid: str, path: str, source: str, repository: Repository) -> Policy:
    """The policy at a path of a commit, or of the commit that a tag leads to. Raises PolicyError."""
    read, name = _opened_at(oid, path, repository)
    return load_policy(read, name, source)


def _opened_at(oid: str, path: str, repository: Repository) -> tuple[Reader, str]:
    directory, name = os.path.split(path)
    return _commit_reader(repository, repository.peel(oid)[1], directory), name


def _commit_reader(repository: Repository, commit: str, directory: str) -> Reader:
    def read(name: str) -> bytes | None:
        return repository.read_path(commit, os.path.normpath(os.path.join(directory, name)).replace(os.sep, "/"))

    return read
