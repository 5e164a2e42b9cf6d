from __future__ import annotations

import pytest
from judging import OID, TREE, Case, accepts, annotated, commit, judge, raw_commit, rejects, update

from gitward import gitobject
from gitward.model import Commit
from gitward.rules.malformed_object import MalformedObject

IDENT = "Ann <ann@example.com> 1700000000 +0000"


def raw(text: str) -> Commit:
    """The commit in these bytes; `TREE` and `IDENT` stand for well-formed values."""
    text = text.replace("TREE", TREE).replace("IDENT", IDENT)
    return gitobject.parse_commit(OID, text.encode("utf-8", "surrogateescape"))


def header(name: str, known: tuple[str, ...] = ()) -> Case:
    return rejects(raw_commit(f"{name} 17"), f'the header "{name[:60]}" is written by no known tool', headers=known)


REJECTED = [
    rejects(raw(""), "malformed commit: "),
    rejects(raw("x"), "malformed commit: "),
    rejects(raw("tree TREE\nauthor IDENT\nauthor IDENT\ncommitter IDENT\n\nx\n"), "malformed commit: committer"),
    rejects(raw("tree TREE\ntree TREE\nauthor IDENT\ncommitter IDENT\n\nx\n"), "malformed commit: "),
    rejects(raw("tree TREE\nauthor IDENT\ncommitter IDENT\ncommitter IDENT\n\nx\n"), "malformed commit: committer"),
    rejects(raw("tree TREE\nauthor IDENT\ncommitter IDENT\n\na\0b\n"), "malformed commit: there is a NUL"),
    rejects(raw("tree TREE\nauthor IDENT\ncommitter IDENT\n"), "malformed commit: no empty line"),
    rejects(raw("tree TREE\nauthor A <a@b> <c@d> 1 +0000\ncommitter IDENT\n\nx\n"), "malformed commit: author"),
    rejects(raw("tree TREE\nauthor A <a@b> 99999999999999999999 +0000\ncommitter IDENT\n\nx\n"), "out of range"),
    rejects(raw("tree TREE\nauthor A <a@b> 1 +9999\ncommitter IDENT\n\nx\n"), "malformed commit: author zone"),
    rejects(raw_commit("gpgsig x", "gpgsig y"), "malformed commit: gpgsig header stands more than once"),
    rejects(raw_commit("gpgsigfoo x"), "malformed commit: "),
    rejects(raw_commit("gpgsigfoo x"), "malformed commit: ", headers=("gpgsigfoo", "gpgsig*")),
    rejects(commit("x", headers=("gpgsigfoo",)), 'the header "gpgsigfoo" is written by no', headers=("gpgsig*", "*")),
    header("build-id"),
    header("HG"),
    header("Change-Id"),
    header("build-id", ("other", "build")),
    header("x" * 300),
    header("b\u00fcild"),
    rejects(update("create", "refs/tags/v1", tags=(annotated("v1", malformed="no tagger"),)), "malformed tag: no tagger"),
    rejects(update("ff", "refs/tags/v1", tags=(annotated("a"), annotated("b", malformed="x"))), "malformed tag: x"),
]
ACCEPTED = [
    accepts(raw_commit()),
    accepts(raw_commit(parents=1)),
    accepts(raw_commit(parents=16)),
    accepts(raw_commit(body="")),
    accepts(raw_commit(body="\udcff\udcfe\n")),
    accepts(raw_commit(body="x\r\n\r\ny" + "z" * (1 << 20))),
    accepts(raw_commit("encoding ISO-8859-1")),
    accepts(raw_commit("change-id abc")),
    accepts(raw_commit("HG:extra x", "HG:rename-source y", "kilnhgcopies z", "gitbutler-headers-version 2")),
    accepts(raw_commit("mergetag object x", " more of it", "mergetag object y")),
    accepts(raw_commit("build-id 17"), headers=("build-id",)),
    accepts(raw_commit("build-id 17", "build-host x", "build-id 18"), headers=("build-*",)),
    accepts(commit("x")),
    accepts(update("create", "refs/tags/v1", tag="v1")),
    accepts(update("create", "refs/heads/main")),
    accepts(update("delete", "refs/tags/v1")),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("malformed-object")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("malformed-object")


@pytest.mark.parametrize(
    ("parents", "header", "fix"),
    [
        (0, "gpgsigfoo x", "git rebase --force-rebase -r --root"),
        (1, "gpgsigfoo x", "git rebase --force-rebase -r 1111111^"),
        (1, "build-id x", "git rebase --force-rebase -r 1111111^; a header that your tools need is named in the entry's headers"),
    ],
)
def test_the_fix_is_a_command_of_git(parents: int, header: str, fix: str) -> None:
    """tests/render/test_fixes_followed.py types it in."""
    (found,) = judge(MalformedObject(), raw_commit(header, parents=parents))
    assert found.fix == fix


def test_each_unknown_header_is_told_once() -> None:
    found = judge(MalformedObject(), raw_commit("b 1", "a 1", "b 2", "change-id x"))
    assert [violation.message.split('"')[1] for violation in found] == ["b", "a"]
