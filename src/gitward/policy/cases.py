"""The subjects of a policy's tests: the commit, ref update or push of a case, with what is ordinary where nothing is said."""

from __future__ import annotations

from gitward.gitobject import parse_commit
from gitward.message import parse
from gitward.model import (
    UNSIGNED,
    Approval,
    Change,
    File,
    Finding,
    Ident,
    Oid,
    Principal,
    PushCertificate,
    RefUpdate,
    Signature,
    Signed,
    SignedPush,
    Tag,
    Totals,
)
from gitward.model.proposals import GivenApproval, Proposal
from gitward.policy.grammar import PathCase
from gitward.record import replace, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Commit, Entry
    from gitward.model.signatures import Format
    from gitward.policy.grammar import Case

_OLD, _NEW = Oid("1" * 40), Oid("2" * 40)
_PERSON = "Ann Example <ann@example.com> 1700000000 +0000"
_SEEN = 1_800_000_000
_KNOWN = frozenset(
    ["message", "merge", "object", "time", "paths", "sizes", "content", "signature", "update", "ref", "refs", "push",
     "certificate", "pusher", "statements"]
)  # fmt: skip


def commit_of(entry: Entry, case: Case) -> Commit:
    """The commit of a case, read from the bytes that git would store."""
    parents = "".join(f"parent {f'{number:x}' * 40}\n" for number in range(1 if case.parents is None else case.parents))
    head = f"tree {_OLD}\n{parents}author {_person(case.author)}\ncommitter {_person(case.committer)}\n\n"
    text = "an ordinary change\n" if case.message is None else case.message
    commit = parse_commit(_NEW, (head + text).encode("utf-8", "surrogateescape"))
    commit = replace(commit, files=tuple(_file(each) for each in case.paths or ()), seen=_SEEN)
    commit = replace(commit, signatures=(_signature(entry, case.signer, (commit.author, commit.committer)),))
    asked = entry.rule.asks(commit) if hasattr(entry.rule, "asks") else ()
    return replace(commit, answers=dict.fromkeys(asked, case.answer))


def _signature(entry: Entry, signer: str | None, people: tuple[Ident | None, ...] = ()) -> Signature:
    """A good signature of a format that the entry takes, by this principal, who has the addresses of these; none for None."""
    form: Format = getattr(entry.rule, "formats", ("ssh",))[0]
    finding = Finding(format=form, status="good", principal=signer, fingerprint="test") if signer else UNSIGNED
    return Signature(finding=finding, now=_SEEN, addresses=tuple(person.email for person in people if person))


def _person(given: str | None) -> str:
    """A line of a commit's header: who is as given, when is ordinary where it is left out."""
    return _PERSON if given is None else f"{given} 1700000000 +0000" if given.endswith(">") else given


def _file(given: str | PathCase) -> File:
    """A file as a rule sees it; all that stands in it is new."""
    case = PathCase(path=given) if isinstance(given, str) else given
    data = case.content.encode("utf-8", "surrogateescape")
    is_blob = case.mode not in ("", "160000")
    return File(
        path=case.path.encode("utf-8", "surrogateescape"),
        mode=case.mode,
        oid=_NEW if case.mode else "",
        old_mode=case.old,
        old_oid=_OLD if case.old else "",
        size=(len(data) if case.size is None else case.size) if is_blob else None,
        content=data if is_blob else None,
        added=tuple(enumerate(data.removesuffix(b"\n").split(b"\n"), 1)) if is_blob and data else (),
    )


def update_of(entry: Entry, case: Case, ref: str) -> RefUpdate:
    """The update of this ref that a case is about, and who pushes it; with a signer, of a signed tag."""
    ancestry = case.update or "create"
    zero = Oid("0" * 40)
    is_gone = ancestry == "delete"
    return RefUpdate(
        ref=ref,
        old=zero if ancestry == "create" else _OLD,
        new=zero if is_gone else _NEW,
        ancestry=ancestry,
        kind="none" if is_gone else "commit",
        peeled="" if is_gone else _NEW,
        commits=0 if is_gone else 1,
        touched=frozenset(_file(each).path for each in case.paths or ()),
        pusher=case.pusher or "",
        seen=_SEEN,
        proposals=() if is_gone else (_proposal(entry, case, ref, zero if ancestry == "create" else _OLD),),
        **({} if is_gone or not case.signer else _tagged(entry, case, ref)),
    )


def _proposal(entry: Entry, case: Case, ref: str, base: str) -> Proposal:
    """A change of nobody's but the pusher's, and the good approvals of a case: each in a role that counts."""
    names = dict.fromkeys((*case.approved, *filter(None, (case.pusher,))))
    roles = getattr(entry.rule, "from_", ())
    approval = Approval(ref=ref, base=base, commit=_NEW, tree=_NEW)
    return Proposal(
        tree=_NEW,
        paths=frozenset(_file(each).path for each in case.paths or ("file",)),
        repositories=frozenset(("",)),
        known={name: Principal(name=name, roles=roles) for name in names},
        given=tuple(GivenApproval(id=name, by=(name,), repository="", said=approval) for name in case.approved),
    )


def _tagged(entry: Entry, case: Case, ref: str) -> dict[str, Any]:
    """What makes of an update that of a signed tag, which leads to a signed commit."""
    commit = commit_of(entry, case)
    (signature,) = commit.signatures
    tag = Tag(
        oid=_OLD, target=_NEW, target_type="commit", name=ref.removeprefix("refs/tags/"), tagger=commit.committer,
        message=parse(b"a version\n"), has_signature=True, signature=signature,
    )  # fmt: skip
    return {"tags": (tag,), "target": replace(commit, signature=signature, signatures=())}


def change_of(entry: Entry, case: Case, update: RefUpdate) -> Change:
    """The push of a case, with this one ref update."""
    totals = Totals(**values(case.push)) if case.push else Totals()
    certificate = _certificate(entry, case, update) if case.pusher else None
    return Change(stage="receive", time="", updates=(update,), known=_KNOWN, totals=totals, certificate=certificate)


def _certificate(entry: Entry, case: Case, update: RefUpdate) -> SignedPush:
    """A fresh certificate for this push to a URL that the entry takes."""
    certificate = PushCertificate(
        pusher=case.pusher or "", time=_SEEN, pushee=getattr(entry.rule, "push_urls", ("",))[0], nonce="1", options=(),
        commands=((update.old, update.new, update.ref),), signed=Signed(payload=b"", block=b""),
    )  # fmt: skip
    return SignedPush(certificate=certificate, signature=_signature(entry, case.pusher))
