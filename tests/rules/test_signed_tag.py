"""`signed-tag`: what is refused and what is let in, on literals."""

from __future__ import annotations

import pytest
from judging import SEEN, Case, accepts, annotated, examples, ident, judge, rejects, signature, update

from gitward.errors import Undecided
from gitward.model import RefUpdate
from gitward.rules.signed_tag import SignedTag

ANN = "ann@example.com"
V1 = "refs/tags/v1.0"


def tagged(status: str = "good", *, name: str = "v1.0", ref: str = V1, target: str = "signed", **facts: object) -> RefUpdate:
    own = signature(status, **{"addresses": (ANN,), **facts})  # type: ignore[arg-type]
    tags = (annotated(name, signer=ANN, signature=own),)
    return update("create", ref, tags=tags, target=target, peeled="1" * 40)


def leading_to(kind: str) -> RefUpdate:
    return update("create", V1, tag="v1.0", signed=ANN, kind=kind)


NESTED = (annotated("v1.0", signer=ANN), annotated("inner", signer=ANN))
UNSIGNED_BELOW = (annotated("v1.0", signer=ANN), annotated("inner"))
UNSIGNED_ABOVE = (annotated("v1.0"), annotated("inner", signer=ANN))

REJECTED = [
    rejects(update("create", V1), "lightweight"),
    rejects(update("ff", V1, kind="blob"), "lightweight"),
    rejects(update("create", V1, tag="v1.0", target="signed"), "the tag is not signed"),
    rejects(tagged("bad"), "the tag has a signature by ann's key SHA256:x that does not hold"),
    rejects(tagged("malformed", principal="", fingerprint=""), "the tag has a malformed signature"),
    rejects(tagged("unknown-key", principal=""), "the tag is signed by the key SHA256:x, which the policy does not list"),
    rejects(tagged("revoked-hard"), "which is revoked"),
    rejects(tagged("weak"), "too weak"),
    rejects(tagged("unsupported", principal=""), "of a kind that does not count"),
    rejects(tagged(not_after=SEEN - 1), "no longer valid"),
    rejects(tagged(not_before=SEEN + 1), "not valid yet"),
    rejects(tagged(revoked=SEEN), "had been revoked"),
    rejects(tagged(not_after=SEEN - 1, first_seen=SEEN - 5), "no longer valid", validity="now"),
    rejects(tagged(not_after=SEEN - 9, first_seen=SEEN - 5, signed_time=SEEN - 20), "no longer valid"),
    rejects(tagged(addresses=("bob@example.com",)), "no such address"),
    rejects(tagged(forge=True, principal="forge:x"), "signed by the forge x"),
    rejects(tagged(), "signed with ssh, here openpgp, x509 count", formats=("openpgp", "x509")),
    rejects(tagged(), "here x509 counts", formats=("x509",)),
    rejects(tagged(ref="refs/tags/v2.0"), 'what was signed is the tag "v1.0", its ref is "v2.0"'),
    rejects(tagged(ref="refs/tags/release/v1.0"), "its ref is"),
    rejects(tagged(ref="refs/tags/release/v1.0", name="ease/v1.0"), "its ref is", tag_name="last-part"),
    rejects(tagged(ref="refs/heads/v1.0"), "its ref is"),
    rejects(tagged(name="V1.0"), "its ref is"),
    rejects(tagged(target="unsigned"), "the commit 111111111111 to which the tag leads is not signed"),
    rejects(tagged(target="bad"), "to which the tag leads has a signature by ann's key SHA256:x that does not hold"),
    rejects(leading_to("blob"), "leads to a blob"),
    rejects(leading_to("tree"), "leads to a tree", target="commit"),
    rejects(leading_to("tag"), "leads to a tag"),
    rejects(update("create", V1, tags=UNSIGNED_BELOW, target="signed"), 'the tag "inner" below it is not signed'),
    rejects(update("non-ff", V1, tags=UNSIGNED_ABOVE, target="signed"), "the tag is not signed"),
]
ACCEPTED = [
    accepts(tagged()),
    accepts(tagged(addresses=())),
    accepts(tagged(addresses=("x@example.com", "ANN@example.com"))),
    accepts(tagged(), formats=("ssh",)),
    accepts(tagged(not_after=SEEN, not_before=SEEN)),
    accepts(tagged(not_after=SEEN - 1, first_seen=SEEN - 5)),
    accepts(tagged(not_after=SEEN - 1, signed_time=SEEN - 5), validity="signature"),
    accepts(tagged(not_after=SEEN - 1, signed_time=SEEN - 5), unknown_first_seen="signature"),
    accepts(tagged(ref="refs/tags/release/v1.0", name="release/v1.0")),
    accepts(tagged(ref="refs/tags/release/v1.0"), tag_name="last-part"),
    accepts(tagged(target="unsigned"), target="commit"),
    accepts(tagged(target="unsigned"), target="any"),
    accepts(leading_to("blob"), target="any"),
    accepts(update("create", V1, tags=NESTED, target="signed")),
    accepts(update("delete", V1)),
    accepts(update("range", V1)),
]


@pytest.mark.parametrize("case", REJECTED + ACCEPTED, ids=str)
def test_cases(case: Case) -> None:
    case.check("signed-tag")


@pytest.mark.parametrize(("heading", "case"), examples("signed-tag"))
def test_examples(heading: str, case: Case) -> None:
    assert bool(judge(SignedTag(**case.options), case.subject)) is (heading == "Rejected")


@pytest.mark.parametrize(
    "subject",
    [
        update("create", V1, tags=(annotated("v1.0", signature=None),), target="signed"),
        update("create", V1, tag="v1.0", signed=ANN),
        update("create", V1, tags=(annotated("v1.0", signer=ANN), annotated("x", signature=None)), target="signed"),
    ],
)
def test_what_was_not_read_is_undecided(subject: RefUpdate) -> None:
    with pytest.raises(Undecided):
        judge(SignedTag(), subject)


def test_nothing_is_said_twice_and_everything_once() -> None:
    wrong = update("create", "refs/tags/v3", tags=UNSIGNED_BELOW, target="unsigned")
    assert [each.message.split(" ")[0] for each in judge(SignedTag(), wrong)] == ["the", "what", "the"]
    assert ident(ANN).email == ANN
