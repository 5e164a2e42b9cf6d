from __future__ import annotations

from pathlib import Path

import pytest
from hostile import refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.rules import load

PAST, GERUND, THIRD = "is past tense", "is a gerund", "is third person"

REJECTED = [
    rejects("fixed", PAST, (1, 1)),
    rejects("adding", GERUND, (1, 1)),
    rejects("fixes", THIRD, (1, 1)),
    rejects("Fixed the parser", PAST, (1, 1)),
    rejects("fixes #12", THIRD),
    rejects("adds names and removes paths", THIRD),
    rejects("feat: added names", PAST, (1, 7)),
    rejects("feat(api)!: adding names", GERUND, (1, 13)),
    rejects("feat(a b): added names", PAST, (1, 12)),
    rejects("net: ipv4: tcp: handles resets", THIRD, (1, 17)),
    rejects("src/main/x.c: made it shorter", PAST, (1, 15)),
    rejects("git gui: created a menu", PAST, (1, 10)),
    rejects("rebase -i: dropped the check", PAST, (1, 12)),
    rejects("add, merge, diff: used one parser", PAST),
    rejects("t1234 (basic): removed a test", PAST),
    rejects("[PATCH 1/2] [core] wrote names", PAST, (1, 20)),
    rejects("[PATCH] net: fixing names", GERUND),
    rejects("* fixed names", PAST, (1, 3)),
    rejects("🎉 added names", PAST, (1, 3)),
    rejects(":bug: fixed names", PAST, (1, 7)),
    rejects("fixup! squash! fix: handled names", PAST, (1, 21)),
    rejects("\n\nfixed names", PAST, (3, 1)),
    rejects("Fixed, at last, the parser", PAST),
    rejects("re-added the parser", PAST),
    rejects("Re-adding the parser", GERUND),
    rejects("documents the option", THIRD),
    rejects("tests README", THIRD),
    rejects("Frobnicates the parser", THIRD),
    rejects("shared the code of both", PAST),
    rejects("testing the parser", GERUND),
    rejects("unpacked all objects", PAST),
    rejects("agreed on names", PAST),
    rejects("left the loop early", PAST),
    rejects("has names", THIRD),
    rejects("fixed `names`", PAST),
    rejects("deprecated names", PAST, allow=("marked",)),
]
ACCEPTED = [
    accepts(""),
    accepts("fix the parser"),
    accepts("status report"),
    accepts("process x"),
    accepts("embed"),
    accepts("embed fonts"),
    accepts("always use the short form"),
    accepts("feat: bring the parser back"),
    accepts("string formatting: fix the width"),
    accepts("need a second pass"),
    accepts("proceed with the walk"),
    accepts("shred old keys"),
    accepts("ping the server"),
    accepts("pass names on"),
    accepts("address the review"),
    accepts("focus the window"),
    accepts("bypass the cache"),
    accepts("discuss names"),
    accepts("bias the choice"),
    accepts("set names"),
    accepts("put names first"),
    accepts("read names"),
    accepts("nothing more to do"),
    accepts("tests for names"),
    accepts("tests: handle names"),
    accepts("hooks doc: clarify names"),
    accepts("changes in names"),
    accepts("updates and fixes"),
    accepts("files moved to the top"),
    accepts("hooks run in order"),
    accepts("nested directories"),
    accepts("logging: say more"),
    accepts("unused variable"),
    accepts("missing newline at the end"),
    accepts("untracked cache: handle names"),
    accepts("docs: typos"),
    accepts("`fixed` is no word"),
    accepts('"fixed" is no word'),
    accepts("'adding' is no word"),
    accepts("fix: `adding` is no word"),
    accepts("64 bits were needed"),
    accepts("README: status of names"),
    accepts("TLS supports this"),
    accepts("HTTPS handled in one place"),
    accepts("read_files handled names"),
    accepts("obj.added handles names"),
    accepts("iPhones are handled"),
    accepts("исправлены имена"),
    accepts("处理 UTF-8"),
    accepts("Ändring av namn"),
    accepts("fix compiler warning: adding names is wrong"),
    accepts("make git config: added names"),
    accepts('Revert "added names"'),
    accepts("Merge branch: added names"),
    accepts("Fixed: names"),
    accepts("docs: links"),
    accepts("fix:fixed names"),
    accepts("[fixed]"),
    accepts("[fixed"),
    accepts(": "),
    accepts("a: "),
    accepts("* - +"),
    accepts("Deprecated names", allow=("deprecated",)),
    accepts("fix: adding names", allow=("ADDING",)),
    accepts("fix the parser\n\nAdded names. Fixes paths.\n"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("subject-imperative")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("subject-imperative")


def test_the_fix_names_the_command() -> None:
    fixes = {
        word: judge(load("subject-imperative")(), commit(f"fix: {word} the parser"))[0].fix.partition('"')[2].split()[0]
        for word in ("added", "Adding", "fixes", "removed", "dropping", "simplified", "handles", "does", "re-added", "using")
    }
    assert fixes == {
        "added": "add", "Adding": "add", "fixes": "fix", "removed": "remove", "dropping": "drop", "simplified": "simplify",
        "handles": "handle", "does": "do", "re-added": "add", "using": "use",
    }  # fmt: skip


INFLECTED = [line.split() for line in (Path(__file__).parent / "inflected.txt").read_text(encoding="utf-8").splitlines()]
OBJECTS = ("names in paths", "support for arrays", "README", "unused code", "the parser")


def test_planted_forms_are_found() -> None:
    """100 verbs, their past tense, gerund and third person written out by hand, before an object of each kind."""
    rule = load("subject-imperative")()
    planted = [f"fix: {form} {what}" for verb, *forms in INFLECTED for form in forms for what in OBJECTS]
    found = [subject for subject in planted if judge(rule, commit(subject))]
    assert len(planted) == 300 * len(OBJECTS)
    assert len(found) >= 0.95 * len(planted)
    commands = [f"fix: {verb} {what}" for verb, *_ in INFLECTED for what in OBJECTS]
    assert [subject for subject in commands if judge(rule, commit(subject))] == []


def test_bad_input() -> None:
    assert refused_bad("subject-imperative") == set()


@pytest.mark.parametrize("subject", ["a: " * 300_000, "[x] " * 300_000, "* " * 300_000, "fixed" * 300_000, "[" * 300_000])
def test_what_is_made_against_it_takes_no_time(subject: str) -> None:
    assert judge(load("subject-imperative")(), commit(subject + "fixed names")) == []
