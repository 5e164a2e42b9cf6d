"""`signed-push`: what is refused and what is let in, on literals."""

from __future__ import annotations

import pytest
from judging import SEEN, Case, accepts, certified, examples, judge, push, rejects, signature

from gitward.errors import Undecided
from gitward.model import Change
from gitward.rules import load
from gitward.rules.signed_push import SignedPush

URL = "https://example.com/x.git"
URLS = (URL, "git@example.com:x.git")


def of(status: str = "good", **facts: object) -> Change:
    return certified(signature(status, **facts))  # type: ignore[arg-type]


REJECTED = [
    rejects(push(), "not signed", push_urls=URLS),
    rejects(certified(malformed="there are no commands"), "malformed: there are no commands", push_urls=URLS),
    rejects(of("unknown-key", principal=""), "signed by the key SHA256:x, which the policy does not list", push_urls=URLS),
    rejects(of("bad"), "the push has a signature by ann's key SHA256:x that does not hold", push_urls=URLS),
    rejects(of("malformed"), "malformed signature", push_urls=URLS),
    rejects(of("weak"), "too weak", push_urls=URLS),
    rejects(of("unsupported"), "does not count", push_urls=URLS),
    rejects(of("revoked-hard"), "revoked", push_urls=URLS),
    rejects(of(not_after=SEEN - 1), "no longer valid", push_urls=URLS),
    rejects(of(not_before=SEEN + 1), "not valid yet", push_urls=URLS),
    rejects(of(not_after=SEEN - 1, first_seen=SEEN - 9, signed_time=SEEN - 9), "no longer valid", push_urls=URLS),
    rejects(of(signed_time=SEEN + 601), "not valid yet", push_urls=URLS),
    rejects(of(forge=True, principal="forge:x"), "by the forge x", push_urls=URLS),
    rejects(of(), "here openpgp, x509 count", push_urls=URLS, formats=("openpgp", "x509")),
    rejects(certified(pushee="https://example.com/y.git"), "none of this repository's URLs", push_urls=URLS),
    rejects(certified(pushee="../x.git"), 'signed for "../x.git"', push_urls=URLS),
    rejects(certified(pushee="http://example.com/x.git"), "none of this", push_urls=URLS),
    rejects(certified(pushee="ssh://example.com/x.git"), "none of this", push_urls=URLS),
    rejects(certified(pushee="https://example.com/x.git/../y.git"), "none of this", push_urls=URLS),
    rejects(certified(pushee="https://example.com@evil.example/x.git"), "none of this", push_urls=URLS),
    rejects(certified(differs="one is missing"), "not what was signed: one is missing", push_urls=URLS),
    rejects(certified(nonce="1-a", slop=1), "nonce is 1 s old, 0 s are allowed", push_urls=URLS),
    rejects(certified(slop=31), "nonce is 31 s old, 30 s", push_urls=URLS, slop=30),
    rejects(certified(is_new=False), "sent before", push_urls=URLS),
]
ACCEPTED = [
    accepts(certified(), push_urls=URLS),
    accepts(certified(pushee="https://ann@example.com:443/x/"), push_urls=URLS),
    accepts(certified(pushee="git@example.com:x.git"), push_urls=URLS),
    accepts(certified(pushee="example.com:x"), push_urls=URLS),
    accepts(certified(pushee="/srv/x.git"), push_urls=("file:///srv/x",)),
    accepts(certified(), push_urls=(URL,), formats=("ssh",)),
    accepts(certified(slop=30), push_urls=URLS, slop=30),
    accepts(certified(slop=1), push_urls=URLS, slop=30),
    accepts(certified(options=("ci.skip",)), push_urls=URLS),
    accepts(of(not_after=SEEN, not_before=SEEN), push_urls=URLS),
    accepts(of(addresses=("nobody@example.com",)), push_urls=URLS),
    accepts(of(signed_time=SEEN - 900), push_urls=URLS),
    accepts(of(vouched="ann"), push_urls=URLS),
]


@pytest.mark.parametrize("case", REJECTED + ACCEPTED, ids=str)
def test_cases(case: Case) -> None:
    case.check("signed-push")


@pytest.mark.parametrize(("heading", "case"), examples("signed-push"))
def test_examples(heading: str, case: Case) -> None:
    assert bool(judge(SignedPush(**case.options), case.subject)) is (heading == "Rejected")


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        (certified(problem="no such object"), "could not be looked at: no such object"),
        (certified(problem="no such object", malformed="x", is_new=False), "could not be looked at"),
    ],
)
def test_what_could_not_be_looked_at_is_undecided(subject: Change, says: str) -> None:
    with pytest.raises(Undecided, match=says):
        judge(SignedPush(push_urls=URLS), subject)


def test_a_signature_that_was_not_read_is_undecided() -> None:
    pushed = certified().certificate
    assert pushed is not None
    change = Change(stage="receive", time="", updates=(), known=frozenset(),
                    certificate=type(pushed)(certificate=pushed.certificate))  # fmt: skip
    with pytest.raises(Undecided, match="not read"):
        judge(SignedPush(push_urls=URLS), change)


def test_a_nonce_that_does_not_count() -> None:
    pushed = certified().certificate
    assert pushed is not None
    change = Change(stage="receive", time="", updates=(), known=frozenset(), certificate=type(pushed)(
        certificate=pushed.certificate, nonce="its nonce is BAD", slop=99, signature=pushed.signature))  # fmt: skip
    (violation,) = judge(SignedPush(push_urls=URLS), change)
    assert violation.message == "the push certificate is not fresh: its nonce is BAD"


@pytest.mark.parametrize("url", ["../x.git", "x.git", "https://", "https://example.com", ""])
def test_a_url_that_names_no_repository(url: str) -> None:
    assert "names no repository" in load("signed-push")(push_urls=(URL, url)).conflict()
    assert load("signed-push")(push_urls=URLS).conflict() == ""
