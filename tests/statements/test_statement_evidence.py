"""Statements of others' predicate types: made, verified, listed and taken back as gitward's own are, and counted by nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from saying import NOW, OID, OTHER, URL, ZERO, Keys
from signedworld import RESULT, World

from gitward.errors import UsageError
from gitward.model import Evidence, Revocation
from gitward.repository import open_repository
from gitward.statements import keeping
from gitward.statements.archiving import archive
from gitward.statements.envelope import encoded, opened
from gitward.statements.reading import evidence_of, outline


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def revoking(world: World, who: str, name: str, repository: str = URL) -> str:
    return world.put(who, kind="revocation", said=Revocation(statement=name, reason="flaky"), repository=repository)


def test_it_is_known_by_its_signers_and_no_rule_is_told(world: World) -> None:
    name, stranger = world.evidence("bob", "ann"), world.evidence("eve", predicate=b'{"x":1}')
    found = world.every()
    assert (found[name].kind, found[name].said) == ("evidence", Evidence(predicate_type=RESULT))
    assert found[name].by == (("ann", "bob"),)
    assert (found[stranger].by, "which the policy does not list" in found[stranger].against[0]) == (((),), True)
    assert world.found(OID) == {}
    assert {each.by for each in world.every(policies=()).values()} == {()}


def test_an_altered_one_counts_for_nobody(world: World) -> None:
    name = world.evidence("ann", predicate=b'{"result":"FAILED"}')
    held = opened(world.git("cat-file", "-p", f"refs/gitward/statements/{OID}/{name}").encode())
    altered = world.keep(encoded(held.payload.replace(b"FAILED", b"PASSED"), held.signatures))
    found = world.every()
    assert (found[name].by, found[altered].by) == ((("ann",),), ((),))
    assert "that does not hold" in found[altered].against[0]


def test_who_signed_takes_it_back_and_nobody_else(world: World) -> None:
    mine, other = world.evidence("ann"), world.evidence("ann", predicate=b'{"n":1}')
    revoking(world, "bob", mine)
    revoking(world, "eve", mine)
    revoking(world, "ann", other, repository="file:/elsewhere")  # evidence is for no repository
    found = world.every()
    assert (found[mine].by, found[other].by, found[other].against) == ((("ann",),), ((),), ("revoked by ann: flaky",))


def test_it_is_taken_back_in_every_envelope_wherever_that_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read in one piece, and what is read in another, or stands in the archive."""
    monkeypatch.setattr("gitward.statements.finding._PIECE", 1)
    name = world.evidence("ann")
    held = opened(world.git("cat-file", "-p", f"refs/gitward/statements/{OID}/{name}").encode())
    again = world.keep(encoded(held.payload, (held.signatures[0], held.signatures[0])))
    assert [each.by for each in world.every().values()] == [(("ann",),)] * 2
    archive(str(world.folder / ".git"), NOW)
    revoking(world, "ann", again)
    found = world.every()
    assert (len(found), found[name].by, found[again].by) == (3, ((),), ((),))


def test_the_command_takes_it_back(world: World) -> None:
    several = tuple(f"{number:040x}" for number in range(1, 300))
    few, many = world.evidence("ann", subjects=(OID, OTHER)), world.evidence("ann", subjects=several)
    with open_repository(str(world.folder)) as repository:
        at = keeping.place(repository, str(world.folder), url=URL, key=world.keys.path("ann"))
    refs = [keeping.revoke(at, name[:10], "flaky") for name in (few, many)]
    made = [outline(world.git("cat-file", "-p", ref).encode()).statement for ref in refs]
    assert [(each.subjects, each.repository) for each in made] == [((OID, OTHER), URL), ((ZERO,), URL)]
    assert [world.every()[name].by for name in (few, many)] == [((),), ((),)]


REFUSED = {
    b"": "line 1, column 1", b"[]": "it is no object", b'"x"': "it is no object", b'{"a":1.5}': "a number in it is no integer",
    b'{"a":1e3}': "a number in it is no integer", b'{"a":NaN}': "a number in it is no integer",
    b'{"a":9007199254740992}': "a number in it is 2^53 or more", b'{"a":1,"a":2}': "a key stands twice in an object",
    b'{"a":"\xff"}': "it is not UTF-8", b'{"a":"\\ud800"}': "text that is not UTF-8", b'{"a":1': "line 1, column 7",
    b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}": "nested too deep",
}  # fmt: skip


@pytest.mark.parametrize("predicate", REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_said_is_refused_with_the_cause_and_the_fix(predicate: bytes) -> None:
    with pytest.raises(UsageError) as found:
        evidence_of(RESULT, (OID,), predicate)
    assert found.value.message.startswith("the predicate cannot be signed: ")
    assert REFUSED[predicate] in found.value.message
    assert "whole numbers below 2^53" in found.value.fix


@pytest.mark.parametrize(
    "word", ["", "test-result", "urn:gitward:approval:1", "urn:gitward:x", "x y:z", "https:", "a:\x1b[31m", "a:" + "b" * 300]
)
def test_what_is_no_type_of_others(word: str) -> None:
    with pytest.raises(UsageError):
        evidence_of(word, (OID,), b"{}")


def test_it_is_an_in_toto_statement_of_that_type() -> None:
    assert json.loads(evidence_of(RESULT, (OID,), b'{"result": "PASSED", "n": -1, "Gr\xc3\xb6\xc3\x9fe": [null, true]}')) == {
        "_type": "https://in-toto.io/Statement/v1", "predicateType": RESULT,
        "predicate": {"result": "PASSED", "n": -1, "Gr\u00f6\u00dfe": [None, True]},
        "subject": [{"name": "commit", "digest": {"gitCommit": OID}}],
    }  # fmt: skip
