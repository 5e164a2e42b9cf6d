"""signed-commit: every status, three clocks, two people, forges, formats."""

from __future__ import annotations

import pytest
from hostile import BAD, bad
from judging import SEEN, Case, accepts, commit, judge, rejects, signature

from gitward.errors import Excused, Undecided
from gitward.model import STATUSES, Ident
from gitward.record import replace
from gitward.rules.signed_commit import SignedCommit

ANN = Ident(name="Ann", email="ann@example.com", time=SEEN - 1000, offset=0)
BOB = Ident(name="Bob", email="bob@example.com", time=SEEN - 1000, offset=0)
ADDRESSES = ("ann@example.com",)


def signed(status="good", *, author=ANN, committer=ANN, addresses=ADDRESSES, merge=False, **facts):
    made = signature(status, addresses=addresses, **facts)
    return commit("fix: x\n", author=author, committer=committer, merge=merge, signature=made)


REJECTED = [
    rejects(signed("unsigned"), "not signed"),
    rejects(signed("bad", detail="the bytes are others"), "does not hold: the bytes are others"),
    rejects(signed("malformed", principal=""), "malformed"),
    rejects(signed("unknown-key", principal=""), "by the key SHA256:x, which the policy does not list"),
    rejects(signed("unsupported", principal=""), "of a kind that does not count"),
    rejects(signed("weak"), "too weak"),
    rejects(signed("revoked-hard"), "by ann's key SHA256:x, which is revoked"),
    rejects(signed(not_after=SEEN - 1), "no longer valid"),
    rejects(signed(not_before=SEEN + 1), "not valid yet"),
    rejects(signed(revoked=SEEN), "had been revoked"),
    rejects(signed(committer=BOB), "has no such address as the committer's"),
    rejects(signed(author=BOB), "no such address as the author's", signer="author"),
    rejects(signed(author=BOB, committer=BOB), "as the either's", signer="either"),
    rejects(signed(committer=None), "no such address"),
    rejects(signed(), "signed with ssh, here x509 counts", formats=("x509",)),
    rejects(signed(format="openpgp"), "here ssh, x509 count", formats=("ssh", "x509")),
    rejects(signed(principal="forge:github", forge=True, addresses=()), "made and signed by the forge github"),
    # time: the signer may say what he likes, what counts is when it was seen
    rejects(signed(not_after=SEEN - 500, signed_time=SEEN - 900), "no longer valid"),
    rejects(signed(not_after=SEEN - 500, signed_time=SEEN - 900, first_seen=SEEN - 400), "no longer valid"),
    rejects(signed(not_after=SEEN - 500, first_seen=SEEN - 600), "no longer valid", validity="now"),
    rejects(signed(not_after=SEEN - 500, signed_time=SEEN - 400), "no longer valid", validity="signature"),
    rejects(signed(signed_time=SEEN + 601), "made after it was seen"),
    rejects(signed(signed_time=SEEN, first_seen=SEEN - 601), "made after it was seen"),
    rejects(signed(not_after=SEEN - 2000), "no longer valid", validity="signature"),
    # of two that hold the worse is said
    rejects(signed(not_after=SEEN - 1, revoked=SEEN - 9, committer=BOB), "no longer valid"),
    rejects(signed(revoked=SEEN - 9, committer=BOB), "had been revoked"),
]
ACCEPTED = [
    accepts(signed()),
    accepts(signed(addresses=())),
    accepts(signed(committer=BOB, addresses=())),
    accepts(signed(author=BOB)),
    accepts(signed(committer=BOB), signer="author"),
    accepts(signed(committer=BOB), signer="either"),
    accepts(signed(author=BOB), signer="either"),
    accepts(signed(addresses=("other@example.com", "Ann@EXAMPLE.com"))),
    accepts(signed(), formats=("openpgp", "ssh")),
    accepts(signed(not_after=SEEN, not_before=SEEN)),
    accepts(signed(revoked=SEEN + 1)),
    accepts(signed(not_after=SEEN - 500, first_seen=SEEN - 500)),
    accepts(signed(not_after=SEEN - 500, signed_time=SEEN - 900), unknown_first_seen="signature"),
    accepts(signed(not_after=SEEN - 500), unknown_first_seen="signature"),
    accepts(signed(not_after=SEEN - 500, signed_time=SEEN - 600), validity="signature"),
    accepts(signed(revoked=SEEN - 400, first_seen=SEEN - 500)),
    accepts(signed(signed_time=SEEN + 600)),
    accepts(signed(not_after=SEEN - 500, proven_time=SEEN - 600), validity="now"),
    accepts(signed(merge=True)),
]


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: case.says)
def test_rejected(case: Case) -> None:
    case.check("signed-commit")


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(case: Case) -> None:
    case.check("signed-commit")


def test_every_status_but_good_is_refused() -> None:
    assert [status for status in STATUSES if not judge(SignedCommit(), signed(status))] == ["good"]


def test_a_proven_time_is_the_only_clock() -> None:
    case = rejects(signed(not_after=SEEN + 500, proven_time=SEEN + 600), "no longer valid")
    case.check("signed-commit")


def test_a_forge_may_be_let_go_and_is_never_counted() -> None:
    made = signed(principal="forge:github", forge=True, addresses=())
    with pytest.raises(Excused, match="made and signed by the forge github"):
        judge(SignedCommit(forges="exempt"), made)
    assert judge(SignedCommit(forges="exempt"), signed("bad", principal="forge:github", forge=True))


def test_a_signature_that_was_not_read_is_undecided() -> None:
    with pytest.raises(Undecided):
        judge(SignedCommit(), commit("fix: x\n"))


def test_text_of_others_stays_short() -> None:
    (found,) = judge(SignedCommit(), signed("bad", detail="x" * 10_000))
    assert len(found.message) <= 200


@pytest.mark.parametrize("name", BAD)
def test_no_message_is_judged(name: str) -> None:
    assert not judge(SignedCommit(), replace(bad(name), signature=signature()))
    assert judge(SignedCommit(), replace(bad(name), signature=signature("unsigned")))
