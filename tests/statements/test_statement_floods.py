"""Anybody who may push may bring statements: what many of them cost, and that they are in nobody's way but their own commit's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from saying import APPROVAL, BREAK_GLASS, NOW, OID, OTHER, TREE, URL, WAIVER, ZERO, Keys
from signedworld import HEAD, RULES, World

from gitward.errors import Undecided, UsageError
from gitward.integrity import built_in
from gitward.judge import judge
from gitward.model import Decision, Host, RawUpdate, Request, Revocation
from gitward.policy import load
from gitward.record import replace
from gitward.statements import approved, archiving, located, revoking
from gitward.statements.envelope import EnvelopeSignature, encoded
from gitward.statements.places import ref_of
from gitward.statements.reading import TYPE, id_of, payload_of, read


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def push(world: World, *blobs: bytes) -> Decision:
    lines = []
    for blob in blobs:
        said = read(blob)
        assert said is not None
        oid = world.git("hash-object", "-w", "--stdin", stdin=blob)
        lines.append(RawUpdate(old=ZERO, new=oid, ref=ref_of(said.subjects[0], id_of(blob))))
    host = Host(repository=str(world.folder))
    return judge(Request(stage="receive", updates=tuple(lines)), host, policies=(built_in("0"), world.policy))


# --- arithmetic -------------------------------------------------------------------------------------------------------


def test_of_a_stranger_no_signature_is_calculated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError

    stranger, ours = world.put("eve"), world.put("ann", made=NOW + 1)
    assert world.found(OID)[ours].by == (("ann",),)
    monkeypatch.setattr("gitward.signatures.ssh.verifier.verify", never)
    world.git("update-ref", "-d", ref_of(OID, ours))
    assert "which the policy does not list" in world.found(OID)[stranger].against[0]


def gpg(home: Path, *words: str, stdin: bytes = b"") -> bytes:
    env = {**os.environ, "GNUPGHOME": str(home)}
    return subprocess.run(["gpg", "--batch", "-q", *words], env=env, input=stdin, capture_output=True, check=True).stdout


def test_of_an_openpgp_stranger_no_gpg_is_started(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    try:
        for who in ("ann", "eve"):
            gpg(home, "--passphrase", "", "--quick-gen-key", f"{who} <{who}@example.com>", "ed25519", "sign", "never")
        listed = gpg(home, "--with-colons", "--list-keys", "ann@example.com").decode()
        (fingerprint,) = [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr")]
        files = {
            "p.yaml": f"{HEAD}  ann: {{keys: [{{openpgp: {fingerprint}, certificate: ann.asc}}]}}\n{RULES}".encode(),
            "ann.asc": gpg(home, "--armor", "--export", "ann@example.com"),
        }
        world.policy = load.load_with_tests(files.get, "p.yaml", "p.yaml")[0]
        made = payload_of("approval", (OID,), URL, APPROVAL, NOW)
        sig = {who: gpg(home, "--detach-sign", "-u", f"{who}@example.com", stdin=b"x") for who in ("ann", "eve")}
    finally:
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)
    claims_ann = encoded(made, [EnvelopeSignature(sig=sig["ann"])])
    world.keep(encoded(made, [EnvelopeSignature(sig=sig["eve"])]))
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(folder))  # a gpg that is asked cannot be found
    (stranger,) = world.found(OID).values()
    assert (stranger.by, "no listed certificate" in stranger.against[0]) == (((),), True)
    world.keep(claims_ann)
    with pytest.raises(Undecided, match="gpg"):
        world.found(OID)


def test_what_a_stranger_revokes_is_not_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement with each revocation would be the square of what somebody brings."""
    calls: list[str] = []
    left = revoking._left

    def counting(statement: Any, *more: Any) -> Any:
        calls.append(statement.id)
        return left(statement, *more)

    monkeypatch.setattr(revoking, "_left", counting)
    names = [world.put("ann", made=NOW + number) for number in range(3)]
    for name in names:
        world.put("eve", kind="revocation", said=Revocation(statement=name))
    world.put("ann", kind="revocation", said=Revocation(statement=names[1]))
    found = world.found(OID)
    assert [found[name].by for name in names] == [(("ann",),), ((),), (("ann",),)]
    assert calls == [names[1]]


# --- how much is read -------------------------------------------------------------------------------------------------


def test_too_many_about_one_commit_are_in_the_way_of_that_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(located, "MOST", 3)
    for number in range(4):
        world.put("eve", made=NOW + number)
    here = world.put("ann", said=replace(APPROVAL, commit=OTHER), subjects=(OTHER,))
    for _ in range(2):  # as they stand, and in the archive
        with pytest.raises(Undecided, match=f"4 statements about the commit {OID}") as problem:
            world.found(OID)
        assert "amend the commit" in problem.value.fix
        assert world.found(OTHER)[here].by == (("ann",),)
        archiving.archive(str(world.folder / ".git"), NOW)


def test_so_it_is_by_their_bytes_and_about_no_commit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    glass = world.put("ann", kind="waiver", said=BREAK_GLASS, subjects=(ZERO,))
    assert world.found(OTHER)[glass].by == (("ann",),)
    monkeypatch.setattr(located, "MOST_BYTES", 600)
    with pytest.raises(Undecided, match="1 statements about no commit") as problem:
        world.found(OTHER)
    assert "administrator" in problem.value.fix


def test_what_is_hoped_for_takes_what_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that is about a commit, or with nothing of it: no approval is read without what revokes it."""
    third = "d" * 40
    for number in range(2):
        world.put("ann", said=replace(APPROVAL, commit=OTHER), subjects=(OTHER,), made=NOW + number)
    wanted, alone = world.put("ann"), world.put("ann", said=replace(APPROVAL, commit=third), subjects=(third,))
    assert len(world.found(OID, hoped=(OTHER, third))) == 4
    monkeypatch.setattr(located, "MOST", 1)
    assert set(world.found(OID, hoped=(OTHER, third))) == {wanted, alone}


def test_no_revocation_is_starved_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiver is in the archive under each commit, what revokes it stands under the first: beside junk about both."""
    said = replace(WAIVER, commits=(OTHER, OID))
    name = world.put("ann", kind="waiver", said=said, subjects=said.commits)
    archiving.archive(str(world.folder / ".git"), NOW)
    world.put("ann", kind="revocation", said=Revocation(statement=name), subjects=said.commits)
    for number in range(3):
        world.put("eve", made=NOW + number)
    monkeypatch.setattr(located, "MOST", 4)
    assert world.found(OID)[name].by == ((),)
    for number in range(4):
        world.put("eve", said=replace(APPROVAL, commit=OTHER), subjects=(OTHER,), made=NOW + number)
    with pytest.raises(Undecided, match="8 statements stand, more than can be read"):
        world.found(OID)


def test_nor_by_a_second_ref_of_what_it_revokes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may push may bring the waiver once more, under another of its commits, and junk that is read before the rest."""
    said, third = replace(WAIVER, commits=(OTHER, OID)), "0" * 39 + "1"
    name = world.put("ann", kind="waiver", said=said, subjects=said.commits)
    world.put("ann", kind="revocation", said=Revocation(statement=name), subjects=said.commits)
    world.git("update-ref", ref_of(OID, name), ref_of(OTHER, name))
    for number in range(3):
        world.put("eve", said=replace(APPROVAL, commit=third), subjects=(third,), made=NOW + number)
    for most in (10, 4):
        monkeypatch.setattr(located, "MOST", most)
        assert world.found(OID)[name].by == ((),)
    monkeypatch.setattr(located, "MOST", 1)
    with pytest.raises(Undecided, match=f"2 statements about the commit {OTHER} are too many"):
        world.found(OID)


# --- about no commit --------------------------------------------------------------------------------------------------


def glass(world: World, who: str, **more: Any) -> bytes:
    return world.blob(who, kind="waiver", said=BREAK_GLASS, subjects=(ZERO,), **more)


def test_a_stranger_brings_nothing_about_no_commit(world: World) -> None:
    assert push(world, glass(world, "ann")).outcome == "allowed"
    decision = push(world, glass(world, "eve"), glass(world, "bob"))
    assert decision.outcome == "denied"
    (denied,) = [each for each in decision.results if each.outcome == "violated"]
    ((where, why),) = [(each.ref, each.message) for each in denied.violations]
    assert (denied.entry, where) == ("push-integrity", ref_of(ZERO, id_of(glass(world, "eve"))))
    assert "none of them has signed it" in why
    assert push(world, world.blob("eve")).outcome == "allowed"


def test_nothing_is_about_a_commit_and_about_none(world: World) -> None:
    with pytest.raises(UsageError):
        world.blob("ann", said=replace(APPROVAL, commit=ZERO), subjects=(ZERO,))
    with pytest.raises(UsageError):
        world.blob("ann", kind="waiver", said=replace(WAIVER, commits=(OID, ZERO)), subjects=(OID, ZERO))
    with pytest.raises(UsageError):
        world.blob("ann", kind="revocation", subjects=(OID, ZERO))
    plain = b'{"_type":"%b","subject":[{"digest":{"sha1":"%b"}}],"predicateType":"x"}' % (TYPE.encode(), ZERO.encode())
    oid = world.git("hash-object", "-w", "--stdin", stdin=(blob := encoded(plain, [EnvelopeSignature(sig=b"x")])))
    line = RawUpdate(old=ZERO, new=oid, ref=ref_of(ZERO, id_of(blob)))
    request = Request(stage="receive", updates=(line,))
    assert judge(request, Host(repository=str(world.folder)), policies=(built_in("0"), world.policy)).outcome == "denied"


def test_what_is_said_of_a_deletion_is_found_by_the_value_that_goes(world: World) -> None:
    said = replace(WAIVER, commits=(OID, ZERO), ref="refs/heads/old")
    name = world.put("ann", kind="waiver", said=said, subjects=(OID,))
    for _ in range(2):  # as it stands, and in the archive
        assert (set(world.found(OID)), world.found(OTHER)) == ({name}, {})
        archiving.archive(str(world.folder / ".git"), NOW)
    world.put("ann", kind="revocation", said=Revocation(statement=name), subjects=(OID,))
    assert world.found(OID)[name].by == ((),)


# --- between ref and archive ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [located, approved])
def test_what_is_archived_during_a_look_up_is_seen(world: World, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refs first, then the archive: whoever archives in between is noticed in one of the two."""
    world.put("bob", said=replace(APPROVAL, tree=TREE[::-1]), made=NOW + 1)
    archiving.archive(str(world.folder / ".git"), NOW)
    name = world.put("ann")
    reading = {located: "archived", approved: "_archived"}[module]
    real = getattr(module, reading)

    def late(*given: Any) -> Any:
        found = real(*given)
        archiving.archive(str(world.folder / ".git"), NOW)
        return found

    monkeypatch.setattr(module, reading, late)
    if module is located:
        assert name in world.found(OID)
    else:
        from gitward.repository import open_repository

        world.git("update-ref", "-d", "refs/gitward/archive")
        with open_repository(str(world.folder)) as repository:
            assert approved.subjects(repository, {"refs/heads/main"}, (), NOW) == {OID}
