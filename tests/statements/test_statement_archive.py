"""The archive: what it holds is found, nothing is lost between ref and archive, whoever is killed and whoever comes at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from saying import APPROVAL, BREAK_GLASS, NOW, OID, OTHER, WAIVER, ZERO, Keys
from signedworld import World

from gitward.errors import GitwardError
from gitward.model import Revocation
from gitward.record import replace
from gitward.repository import open_repository
from gitward.statements.archiving import archive, at_the_end_of_a_push, count
from gitward.statements.envelope import EnvelopeSignature, encoded, opened
from gitward.statements.places import ARCHIVE, PREFIX, archived, ref_of
from gitward.statements.reading import id_of
from gitward.statements.storing import store

DAY = 86_400


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def archiving(world: World, now: int = NOW) -> int:
    return archive(str(world.folder / ".git"), now)


def refs(world: World) -> set[str]:
    return set(world.git("for-each-ref", "--format=%(refname)", PREFIX).split())


def held(world: World, *oids: str) -> set[str]:
    """The ids of what the archive holds about these commits."""
    with open_repository(str(world.folder)) as repository:
        return {ref.rpartition("/")[2] for ref in archived(repository, frozenset(oids))}


def test_what_is_archived_is_found_as_before(world: World) -> None:
    world.put("ann")
    world.put("bob", said=replace(APPROVAL, commit=OTHER), subjects=(OTHER,))
    several = world.put("ann", kind="waiver", said=replace(WAIVER, commits=(OTHER, OID)), subjects=(OTHER, OID))
    world.put("ann", kind="waiver", said=BREAK_GLASS, subjects=(ZERO,))
    before = {oid: world.found(oid) for oid in (OID, OTHER, ZERO)}
    assert (archiving(world), refs(world)) == (4, set())
    assert {oid: world.found(oid) for oid in (OID, OTHER, ZERO)} == before
    assert several in before[OID].keys() & before[OTHER].keys()
    assert held(world, "f" * 40) == set()
    assert archiving(world) == 0


def test_a_revocation_that_comes_later_counts(world: World) -> None:
    name = world.put("ann")
    archiving(world)
    world.put("ann", kind="revocation", said=Revocation(statement=name))
    assert world.found(OID)[name].by == ((),)
    archiving(world)
    assert world.found(OID)[name].by == ((),)


def test_one_commit_a_day_that_holds_all_before(world: World) -> None:
    names = []
    for number, now in enumerate((NOW, NOW + 60, NOW + DAY, NOW + 2 * DAY)):
        names.append(world.put("ann", made=NOW + number))
        assert archiving(world, now) == 1
    listed = world.git("log", "--format=%s|%an|%ct", ARCHIVE).splitlines()
    assert [line.split("|")[0] for line in listed] == [f"statements: 2027-01-{day}" for day in (17, 16, 15)]
    assert {line.split("|")[1] for line in listed} == {"gitward"}
    assert held(world, OID) == set(names)


def test_what_came_again_is_archived_once(world: World) -> None:
    blob = world.blob("ann")
    world.keep(blob)
    archiving(world)
    tip = world.git("rev-parse", ARCHIVE)
    world.keep(blob)
    assert (archiving(world, NOW + DAY), world.git("rev-parse", ARCHIVE), refs(world)) == (1, tip, set())


def test_what_is_no_statement_stays_where_it_is(world: World) -> None:
    junk = world.git("hash-object", "-w", "--stdin", stdin=b"junk")
    world.git("update-ref", ref_of(OID, "b" * 64), junk)
    world.put("ann")
    assert (archiving(world), refs(world)) == (1, {ref_of(OID, "b" * 64)})


def test_only_many_are_moved_at_the_end_of_a_push(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    git_dir = str(world.folder / ".git")
    monkeypatch.setattr("gitward.statements.archiving.MOST", 2)
    for number in range(3):
        assert at_the_end_of_a_push(git_dir) == 0
        world.put("ann", made=NOW + number)
    assert (count(git_dir), at_the_end_of_a_push(git_dir), count(git_dir)) == (3, 3, 0)


def test_an_archive_that_is_broken_leaves_it_open(world: World) -> None:
    world.put("ann")
    archiving(world)
    tip = world.git("rev-parse", ARCHIVE)
    (world.folder / ".git" / "objects" / tip[:2] / tip[2:]).unlink()
    with pytest.raises(GitwardError):
        world.found(OID)
    world.put("ann", made=NOW + 1)
    with pytest.raises(GitwardError):
        archiving(world)
    assert len(refs(world)) == 1


# --- at once, and killed ------------------------------------------------------------------------------------------------


def many(world: World, number: int) -> list[bytes]:
    """So many statements; who signed is no matter here, and making one key's signature is slow."""
    held = opened(world.blob("ann"))
    return [encoded(held.payload, (*held.signatures, EnvelopeSignature(sig=b"%d" % each))) for each in range(number)]


def test_fifty_at_once_never_collide_and_none_is_lost(world: World) -> None:
    blobs = many(world, 50)

    def moving(_: int) -> None:
        for _ in range(2):
            try:
                archiving(world)
            except GitwardError:
                continue  # others were faster, five times

    with ThreadPoolExecutor(12) as pool:
        stored = [pool.submit(store, str(world.folder), blob) for blob in blobs]
        moved = [pool.submit(moving, number) for number in range(3)]
        assert {job.result() for job in stored} == {ref_of(OID, id_of(blob)) for blob in blobs}
        for job in moved:
            job.result()
    names = {id_of(blob) for blob in blobs}
    assert {ref.rpartition("/")[2] for ref in refs(world)} | held(world, OID) == names
    archiving(world)
    assert (held(world, OID), refs(world)) == (names, set())
    assert world.git("fsck", "--strict", "--no-dangling") == ""


KILLER = """\
#!/bin/sh
{git} "$@"
status=$?
echo >> {folder}/calls
[ "$(wc -l < {folder}/calls)" != {number} ] || kill -9 $PPID
exit $status
"""


def killed_after(world: World, folder: Path, number: int) -> bool:
    """Archive in a process that dies when its so-manieth git has ended; whether it came so far."""
    folder.mkdir()
    wrapper = folder / "git"
    wrapper.write_text(KILLER.format(git=shutil.which("git"), folder=folder, number=number))
    wrapper.chmod(0o755)
    child = os.fork()
    if child == 0:
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        try:
            archiving(world)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_killed_after_each_git_nothing_is_lost(world: World, tmp_path: Path) -> None:
    names = {world.put("ann")}
    archiving(world, NOW - DAY)
    for number in range(6, 30):  # the first ones read
        names.add(world.put("ann", made=NOW + number))
        was_killed = killed_after(world, tmp_path / f"path-{number}", number)
        assert {ref.rpartition("/")[2] for ref in refs(world)} | held(world, OID) == names, number
        if not was_killed:
            break
    assert 8 < number < 29
    archiving(world)
    assert (held(world, OID), refs(world)) == (names, set())
    assert set(world.found(OID)) == names


def test_the_refs_go_only_with_the_values_that_were_archived(world: World) -> None:
    """A ref that is another than was read stays, and with it all others."""
    world.put("ann")
    other = ref_of(OID, id_of(world.blob("bob")))
    world.keep(world.blob("bob"))
    hook = world.folder / ".git" / "hooks"
    assert not hook.exists() or not any(hook.iterdir())
    real = shutil.which("git")
    folder = world.folder.parent / "race"
    folder.mkdir()
    junk = world.git("hash-object", "-w", "--stdin", stdin=b"junk")
    (folder / "git").write_text(
        f'#!/bin/sh\nfor last; do :; done\n[ "$last" != --stdin ] || [ -e {folder}/done ] || case "$*" in *update-ref*)\n'
        f'touch {folder}/done; {real} -C {world.folder} update-ref {other} {junk};; esac\nexec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    child = os.fork()
    if child == 0:
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        try:
            archiving(world)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert refs(world) == {other}
    assert subprocess.run(["git", "-C", world.folder, "rev-parse", other], capture_output=True, text=True).stdout.strip() == junk
