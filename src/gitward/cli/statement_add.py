"""`gitward statement add`: sign evidence of somebody else's predicate type about a commit."""

from __future__ import annotations

import click

from gitward.cli.policy_source import REPO
from gitward.cli.statement import KEY, PUSH, REMOTE, URL
from gitward.errors import UsageError

_MOST = 48 << 10  # bytes: base 64 makes 64 KiB of them


@click.command(epilog="exit codes: 0 done, 2 usage, or a predicate that cannot be signed, 3 it cannot be signed, kept or sent")
@click.argument("revision", metavar="[COMMIT]", default="HEAD")
@click.option("--type", "predicate_type", metavar="URI", required=True, help="The predicate type; none of gitward's own.")
@click.option("--predicate", "path", metavar="FILE|-", required=True, help="The predicate: a JSON object, less than 48 KiB.")
@KEY
@PUSH
@REMOTE
@URL
@REPO
def add(revision: str, predicate_type: str, path: str, key: str, remote: str, url: str, repo: str, *, push: bool) -> int:
    """Sign what a predicate says about COMMIT, by default HEAD, as an in-toto statement of that type.

    The predicate is strict JSON: text, whole numbers below 2^53, true, false, null, lists and objects, each key once, and no
    other numbers, since two readers may take those for two values. What is larger is kept elsewhere and named by its digest.

    \b
    examples:
      gitward statement add --type https://in-toto.io/attestation/test-result/v0.1 --predicate result.json --push
      make-provenance | gitward statement add --type https://slsa.dev/provenance/v1 --predicate - v1.2.0
    """
    from gitward.cli.kept import told, waiting
    from gitward.repository import open_repository
    from gitward.statements import keeping
    from gitward.statements.reading import evidence_of

    predicate = _read(path)
    with open_repository(repo) as repository:
        _, oid, kind = repository.peel(repository.resolve(revision))
        if kind != "commit":
            raise UsageError(f"{revision} is a {kind}, no commit")
        at = keeping.place(repository, repo, remote, url, key, waiting)
    ref = keeping.keep_payload(at, evidence_of(predicate_type, (oid,), predicate))
    return told((ref,), "added", at, push=push)


def _read(path: str) -> bytes:
    try:
        with click.open_file(path, "rb") as file:
            data: bytes = file.read(_MOST + 1)
    except OSError as problem:
        raise UsageError(f"--predicate {path}: cannot be read: {problem.strerror}", "name a file, or - for stdin") from None
    if len(data) > _MOST:
        raise UsageError(f"the predicate has more than {_MOST} bytes", "keep it elsewhere, and sign its address and digest")
    return data
