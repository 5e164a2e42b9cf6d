from __future__ import annotations

from typing import Any

import pytest
from hostile import BAD, refused_bad
from judging import Case, accepts, commit, rejects

from gitward.model import Commit, Ident

NO = "there is no Signed-off-by trailer"
FORM = "not of the form NAME <ADDRESS>"
OTHER = "no sign-off by the author or the committer"
PLACE = "does not stand in the trailers"


def ident(text: str) -> Ident:
    name, _, address = text.removesuffix(">").partition(" <")
    return Ident(name=name, email=address, time=1_700_000_000, offset=0)


def by(text: str, author: str = "Ann Lee <ann@example.com>", committer: str = "Bob <bob@example.com>", **facts: Any) -> Commit:
    return commit(f"fix: x\n\n{text}\n", author=ident(author), committer=ident(committer), **facts)


REJECTED = [
    rejects("", NO),
    rejects("fix: x", NO),
    rejects("fix: x\n\nRefs: PROJ-12\n", NO),
    rejects("Signed-off-by: Ann <ann@example.com>", PLACE, (1, 1)),
    rejects("fix: x\n\nSigned-off-by: Ann <ann@example.com>\n\nMore text.\n", PLACE, (3, 1)),
    rejects("fix: x\n\nIt is Signed-off-by: Ann <ann@example.com>\n", NO),
    rejects("fix: x\n\nSigned-off-by:\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: Ann\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: ann@example.com\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: <ann@example.com>\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: Ann <>\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: Ann ann@example.com\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: <ann@example.com> Ann\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: Ann <ann@example.com> and more\n", FORM, (3, 1)),
    rejects("fix: x\n\nSigned-off-by: Ann <a@b.example>\nSigned-off-by: Ann <a@b.example>\n", "twice", (4, 1)),
    rejects("fix: x\n\nSigned off by: Ann <ann@example.com>\n", NO),
    rejects("fix: x\n\nSign-off-by: Ann <ann@example.com>\n", NO),
    rejects(by("Signed-off-by: Carol <carol@example.com>"), OTHER, (3, 1)),
    rejects(by("Signed-off-by: Ann <ann@example.com>"), OTHER),
    rejects(by("Signed-off-by: ann lee <ann@example.com>"), OTHER),
    rejects(by("Signed-off-by: Ann Lee <ann+work@example.com>"), OTHER),
    rejects(by("Signed-off-by: Ann Lee <bob@example.com>"), OTHER),
    rejects(by("Signed-off-by: Bob <bob@example.com>"), "no sign-off by the author", by="author"),
    rejects(by("Signed-off-by: Ann Lee <ann@example.com>"), "no sign-off by the committer", by="committer"),
    rejects(by("Co-authored-by: dependabot[bot] <x@example.com>"), NO),
]
ACCEPTED = [
    accepts("fix: x\n\nSigned-off-by: Ann <ann@example.com>\n"),
    accepts("fix: x\r\n\r\nSigned-off-by: Ann <ann@example.com>\r\n"),
    accepts("fix: x\n\nBody.\n\n---\nupdated-dependencies: y\n...\n\nSigned-off-by: Ann <ann@example.com>\n"),
    accepts(by("Signed-off-by: Ann Lee <ann@example.com>")),
    accepts(by("SIGNED-OFF-BY: Ann Lee <ANN@example.COM>")),
    accepts(by("Signed-off-by : Ann  Lee <ann@example.com>")),
    accepts(by("Signed-off-by: Bob <bob@example.com>")),
    accepts(by("Signed-off-by: Carol <carol@example.com>\nSigned-off-by: Bob <bob@example.com>")),
    accepts(by("Signed-off-by: nonsense\nSigned-off-by: Bob <bob@example.com>")),
    accepts(by("Signed-off-by: Ann Lee\n <ann@example.com>")),
    accepts(by("Signed-off-by: Ann Lee <ann@example.com>\n(cherry picked from commit 1111111)")),
    accepts(by("Signed-off-by: Ann Lee <ann@example.com>\n\n(cherry picked from commit 1111111)")),
    accepts(by("Signed-off-by: Ann Lee <ann@example.com>"), by="author"),
    accepts(by("Signed-off-by: Bob <bob@example.com>"), by="committer"),
    accepts(by("Signed-off-by: Zoë Ö <zoë@example.com>", author="Zoë Ö <zoë@example.com>")),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("signed-off-by")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("signed-off-by")


def test_bad_input() -> None:
    assert refused_bad("signed-off-by") == set(BAD)
