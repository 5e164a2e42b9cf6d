"""Where statements are: standing refs, one for each, and the archive, a commit whose tree has them by subject.

    refs/gitward/statements/OID/ID               a blob; ID is SHA-256 of its bytes
    refs/gitward/archive : OI/OID/ID             OI the first two digits of OID; one entry for each commit that it is about
"""

from __future__ import annotations

import re

from gitward.reffiles import RefFiles
from gitward.repository import content
from gitward.statements.envelope import MAXIMUM, NotAStatement
from gitward.statements.reading import id_of, outline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitward.repository import Repository
    from gitward.statements.reading import Outline

PREFIX = "refs/gitward/statements/"
ARCHIVE = "refs/gitward/archive"
MOST_STANDING = 1_000  # refs: each costs every push and fetch a line
NOTHING = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}  # the tree without entries, which every git knows
_REF = re.compile(r"refs/gitward/statements/([0-9a-f]{40}|[0-9a-f]{64})/([0-9a-f]{64})")


def ref_of(oid: str, identity: str) -> str:
    """The ref of the statement with this id about the commit `oid` (zeros: about none)."""
    return f"{PREFIX}{oid}/{identity}"


def parts_of(ref: str) -> tuple[str, str]:
    """The commit and the id that a ref names; twice '' for a ref of another form."""
    found = _REF.fullmatch(ref)
    return (found[1], found[2]) if found else ("", "")


def standing(refs: Mapping[str, str]) -> dict[str, str]:
    """Of all refs those of statements."""
    return {ref: oid for ref, oid in refs.items() if parts_of(ref)[0]}


def archive_tip(repository: Repository) -> str:
    """The archive's commit as it is now, '' for none.

    Not as it was when refs were listed: a statement that went into the archive meanwhile would be in neither.
    """
    return RefFiles(repository.path).value(ARCHIVE) or ""


def everything(repository: Repository) -> dict[str, str]:
    """Of each statement, standing or archived, a ref that it has or could have, and its blob's oid. Refs are listed first."""
    stands = standing(repository.refs(symbolic=False))
    tip = archive_tip(repository)
    names = {ref.rpartition("/")[2] for ref in stands}
    for ref, oid in archived_between(repository, NOTHING[repository.oid_length], tip).items() if tip else ():
        if (name := ref.rpartition("/")[2]) not in names:
            names.add(name)
            stands[ref] = oid
    return stands


def archived_between(repository: Repository, before: str, tip: str) -> dict[str, str]:
    """What a commit of the archive holds and another, or a tree, does not: refs that it could have, and the blobs' oids."""
    places = ((_ref(path), oid) for path, oid in repository.additions(before, tip))
    return {ref: oid for ref, oid in places if parts_of(ref)[0]}


def _ref(path: bytes) -> str:
    _, _, rest = path.decode("ascii", "replace").partition("/")
    subject, _, identity = rest.partition("/")
    return ref_of(subject, identity)


def archived(repository: Repository, oids: frozenset[str]) -> dict[str, str]:
    """Of each statement in the archive about one of these commits a ref that it could have, and its blob's oid."""
    tip = archive_tip(repository)
    if not tip:
        return {}
    (commit,) = repository.commits((tip,))
    found: dict[str, tuple[str, str]] = {}
    prefixes = {oid[:2] for oid in oids}
    for prefix, tree in _entries(repository, commit.tree or ""):
        if prefix not in prefixes:
            continue
        for oid, of_subject in _entries(repository, tree):
            if oid in oids:
                found |= {name: (ref_of(oid, name), blob) for name, blob in _entries(repository, of_subject)}
    return dict(found.values())


def outlines(repository: Repository, refs: Mapping[str, str]) -> Iterator[tuple[str, str, bytes, Outline]]:
    """Ref, oid, bytes and what they say, of each that is what its ref says. The others, which no push can have made, are not."""
    items = list(refs.items())
    headers = repository.headers(oid for _, oid in items)
    fair = [item for item, header in zip(items, headers, strict=True) if header and header[0] == "blob" and header[1] <= MAXIMUM]
    for (ref, _), (oid, _, blob) in zip(fair, repository.read_many(oid for _, oid in fair), strict=True):
        try:
            said = outline(blob)
        except NotAStatement:
            continue
        subject, identity = parts_of(ref)
        if id_of(blob) == identity and subject in said.subjects:
            yield ref, oid, blob, said


def _entries(repository: Repository, tree: str) -> Iterable[tuple[str, str]]:
    """Name and oid of all that is in a tree. Raises MissingObject."""
    return [(name.decode("ascii", "replace"), oid) for _, name, oid in content.entries(repository.read, tree)]
