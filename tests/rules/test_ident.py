from __future__ import annotations

import pytest
from hostile import every_class, refused_bad
from judging import Case, accepts, assert_well_formed, commit, judge, rejects

from gitward.model import Commit
from gitward.model import Ident as Person
from gitward.policy.load import model
from gitward.rules.ident import Ident
from timing import cpu_within

GOOD = "Ann <ann@example.com>"
MACHINE = "of one machine"
NOBODY = "nobody was configured"
NONE_OF = "of none of the domains"
FORM = "not of the form"
GOES_BY = "goes by another name or address"
MAILMAP = (
    "Ann Lee <ann@example.com> <old@example.com>",
    "Ann Lee <ann@example.com>",
    "Bob Ray <bob@example.com> Bob <x@example.com>",
)


def person(text: str) -> Person:
    name, _, address = text.removesuffix(">").rpartition("<")
    return Person(name=name.removesuffix(" "), email=address, time=1_700_000_000, offset=0)


def by(author: str, committer: str = GOOD) -> Commit:
    return commit("fix: x\n", author=person(author), committer=person(committer))


REJECTED = [
    rejects(by("Ann <ann@example.com>"), "is none of those that the policy knows", addresses=("bob@example.com",)),
    rejects(by("<ann@example.com>"), "the author's name is empty", (None, None)),
    rejects(by("  <ann@example.com>"), "the author's name"),
    rejects(by("Ann <>"), "the author's address is empty"),
    rejects(by("Ann < >"), "the author's address"),
    rejects(by("root <ann@example.com>"), NOBODY),
    rejects(by("Unknown <ann@example.com>"), NOBODY),
    rejects(by("Your  Name <ann@example.com>"), NOBODY),
    rejects(by("(no author) <ann@example.com>"), NOBODY),
    rejects(by("ann@example.com <ann@example.com>"), "is an address"),
    rejects(by("... <ann@example.com>"), "has no letter"),
    rejects(by("Ann <you@example.com>"), "is an example"),
    rejects(by("Ann <Your.Email@Example.com>"), "is an example"),
    rejects(by("Ann <root@localhost>"), MACHINE),
    rejects(by("Ann <ann@laptop>"), MACHINE),
    rejects(by("Ann <ann@laptop.local>"), MACHINE),
    rejects(by("Ann <ann@laptop.localdomain>"), MACHINE),
    rejects(by("Ann <ann@box.(none)>"), MACHINE),
    rejects(by("Ann <ann@nowhere.invalid>"), MACHINE),
    rejects(by("Ann <ann>"), "is no address"),
    rejects(by("Ann <@example.com>"), "is no address"),
    rejects(by("Ann <ann@>"), "is no address"),
    rejects(by("Ann <ann lee@example.com>"), "is no address"),
    rejects(by("Ann <ann@b@example.com>"), "is no address"),
    rejects(by("Ann\u202e <ann@example.com>"), "cannot be seen"),
    rejects(by("Ann\u200b <ann@example.com>"), "cannot be seen"),
    rejects(by("Ann\u200d <ann@example.com>"), "cannot be seen"),
    rejects(by("Ann\x1b[31m <ann@example.com>"), "cannot be seen"),
    rejects(by("Ann <ann\u200b@example.com>"), "cannot be seen"),
    rejects(by("Zo\udceb <zoe@example.com>"), "is not UTF-8"),
    rejects(by(GOOD, "root <root@localhost>"), "the committer's name"),
    rejects(by("a" * 400 + " <ann@example.com>"), "is longer"),
    rejects(by("Ann <" + "a" * 400 + "@example.com>"), "is longer"),
    rejects(by("Ann <ann@corp.example>"), NONE_OF, domains=("example.com",)),
    rejects(by("Ann <ann@notexample.com>"), NONE_OF, domains=("example.com",)),
    rejects(by("Ann <ann@mail.example.com>"), NONE_OF, domains=("example.com",)),
    rejects(by("Ann <ann@example.com>"), NONE_OF, domains=("*.example.com",)),
    rejects(by("Ann <ann@xexample.com>"), NONE_OF, domains=("*.example.com",)),
    rejects(by("Ann <ann@example.com.evil.example>"), NONE_OF, domains=("example.com", "*.example.com")),
    rejects(by("Ann <ann>"), NONE_OF, domains=("example.com",), placeholders="allow"),
    rejects(by("Ann <ann@notexample.com>"), NONE_OF, domains=("*.example.com",)),
    rejects(by("Ann <old@example.com>"), GOES_BY, mailmap=MAILMAP),
    rejects(by("Annie <ann@example.com>"), GOES_BY, mailmap=MAILMAP),
    rejects(by("Ann Lee <Ann@example.com>"), GOES_BY, mailmap=("<ann@example.com> <ANN@example.com>",)),
    rejects(by("Ann Lee <ann@example.com>", "BOB <x@example.com>"), 'the committer "BOB <x@example.com>"', mailmap=MAILMAP),
    rejects(by("Ann <ann@example.com>"), FORM, names=r"\S+ \S+", who=("author",)),
    rejects(by("Ann Lee x <ann@example.com>"), FORM, names=r"\S+ \S+"),
    rejects(by("Ann <ann.lee@example.com>"), FORM, emails="[a-z]+@.*"),
    rejects(by(GOOD, "Bob <bob@corp.example>"), "the committer's", domains=("example.com",)),
]
ACCEPTED = [
    accepts(commit("fix: x")),
    accepts(by(GOOD)),
    accepts(by("Zoë Ö <zoë@example.com>")),
    accepts(by("山田 <yamada@example.com>")),
    accepts(by("\u0645\u06cc\u200c\u0631\u0627 <m@example.com>")),
    accepts(by("Rooty McRoot <root@example.com>")),
    accepts(by("O'Neill, Jr. <o'neill+git@mail.example.co.uk>")),
    accepts(by("Ann Lee (she) <ann@example.com>")),
    accepts(by("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")),
    accepts(by("GitHub <noreply@github.com>")),
    accepts(by("R2 D2 <r2@example.org>")),
    accepts(by("root <root@localhost>"), placeholders="allow"),
    accepts(by("<>"), placeholders="allow"),
    accepts(by(GOOD, "root <root@localhost>"), who=("author",)),
    accepts(by("root <root@localhost>"), who=("committer",)),
    accepts(by("Ann <ANN@EXAMPLE.COM>"), domains=("Example.com",)),
    accepts(by("Ann <ann@a.b.example.com>"), domains=("example.com", "*.example.com")),
    accepts(by("Ann Lee <ann@example.com>", "Bob Ray <bob@example.com>"), names=r"\S+ \S+"),
    accepts(by("Ann Lee <ann@example.com>", "Zoe <zoe@example.com>"), mailmap=MAILMAP),
    accepts(by("Bob Ray <bob@example.com>", "Carol <x@example.com>"), mailmap=MAILMAP),
    accepts(by("Ann <Ann@Example.com>"), addresses=("x@y.example", "ann@example.COM")),
    accepts(by("Ann <ann@example.com>"), emails=r"[a-z]+@example\.com"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("ident")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("ident")


def test_bad_input() -> None:
    assert refused_bad("ident") == set(), "no message is judged"


BAD = ["", "x", "\0", "\r\n", "\udcff", every_class(), "a" * (1 << 20), "@" * (1 << 20), "a@" * 100_000, " " * 100_000]


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:4]))
def test_bad_people(text: str) -> None:
    subject = commit("fix: x", author=Person(name=text, email=text, time=0, offset=0), committer=person(GOOD))
    with cpu_within(5):
        found = judge(Ident(names="(a|a)*b", emails="(a+)+@", domains=("example.com",)), subject)
    assert found
    for violation in found:
        assert_well_formed(violation, subject)


@pytest.mark.parametrize(
    ("domain", "is_taken"),
    [
        ("example.com", True), ("*.example.com", True), ("bücher.example", True), ("com", False), ("*.com", False),
        ("@example.com", False), ("*", False), ("example.com.", False), ("a b.com", False), ("*.*.com", False),
    ],
)  # fmt: skip
def test_domains_have_a_shape(domain: str, is_taken: bool) -> None:
    try:
        model(Ident).validate_python({"domains": [domain]})
    except Exception:  # noqa: BLE001  whatever it is, it was refused
        assert not is_taken
    else:
        assert is_taken
