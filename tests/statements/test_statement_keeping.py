"""What every command does with a statement: found by its id, taken back, and sent by git, which starts nothing on the way."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from saying import APPROVAL, NOW, OID, OTHER, URL, Keys
from signedworld import World

from gitward.errors import GitwardError, UsageError
from gitward.model import Revocation
from gitward.record import replace
from gitward.repository import open_repository
from gitward.statements import keeping
from gitward.statements.archiving import archive
from gitward.statements.reading import read
from gitward.statements.storing import store


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def place(world: World, **how: str) -> keeping.Place:
    with open_repository(str(world.folder)) as repository:
        return keeping.place(repository, str(world.folder), **{"key": world.keys.path("ann"), **how})


def test_it_is_found_where_it_stands_and_in_the_archive(world: World) -> None:
    name, folder = world.put("ann"), str(world.folder)
    before = keeping.standing(folder, name[:8])
    assert before is not None
    assert (before[1].id, keeping.standing(folder, "e" * 64)) == (name, None)
    archive(f"{folder}/.git", NOW)
    world.put("bob")
    assert keeping.standing(folder, name[:8]) == before
    ref = keeping.revoke(place(world), name[:8], "a slip")
    made = read(world.git("cat-file", "blob", ref).encode())
    assert made is not None
    assert (made.said, made.repository, made.subjects) == (Revocation(statement=name, reason="a slip"), URL, (OID,))


@pytest.mark.parametrize("word", ["zz", "abc", "A" * 8, "a" * 65, "--help", "../x"])
def test_what_is_no_id(world: World, word: str) -> None:
    with pytest.raises(UsageError, match="is no id of a statement"):
        keeping.standing(str(world.folder), word)


def test_none_or_several_begin_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitwardError, match="no statement here begins with 'abcd'") as found:
        keeping.standing(str(world.folder), "abcd")
    assert (found.value.exit_code, "git fetch REMOTE" in found.value.fix) == (3, True)
    names: dict[str, str] = {}
    monkeypatch.setattr(keeping, "_ID", keeping.re.compile("[0-9a-f]{1,64}"))  # four digits the same are long in coming
    for number in range(17):
        name = world.put("ann", made=NOW + number)
        if names.setdefault(name[0], name) != name:
            break
    with pytest.raises(GitwardError, match="2 statements begin with"):
        keeping.standing(str(world.folder), name[0])


def test_it_is_for_the_place_that_is_named(world: World) -> None:
    assert place(world).repository == f"file:{world.folder}"
    world.git("remote", "add", "up", "../elsewhere.git")
    assert (place(world).remote, place(world).repository) == ("up", f"file:{world.folder.parent}/elsewhere")
    assert place(world, url="https://ann:pw@git.example.com:443/shop.git").repository == "https://git.example.com/shop"
    with pytest.raises(UsageError, match="there is no remote 'x'"):
        place(world, remote="x")


def test_sending_starts_nothing_of_the_addresss_choice(world: World, tmp_path: Path) -> None:
    ref = keeping.keep(place(world), "approval", (OID,), APPROVAL)
    with pytest.raises(GitwardError, match="there is no remote to send it to"):
        keeping.send(place(world), (ref,))
    world.git("config", "protocol.ext.allow", "always")
    world.git("remote", "add", "origin", f"ext::touch {tmp_path / 'pwned'}")
    with pytest.raises(GitwardError, match=r"the statement stands here and was not sent: .*not allowed") as found:
        keeping.send(place(world), (ref,))
    assert found.value.fix == f"git push origin {ref}"
    assert not (tmp_path / "pwned").exists()


def test_a_remote_with_the_name_of_an_option_is_a_remote(world: World, tmp_path: Path) -> None:
    bare, name = tmp_path / "server.git", f"--receive-pack=touch {tmp_path / 'pwned'}"
    subprocess.run(["git", "init", "-q", "--bare", "--template=", bare], check=True)
    world.git("config", f"remote.{name}.url", str(bare))
    ref = keeping.keep(place(world, url=URL), "approval", (OID,), APPROVAL)
    keeping.send(keeping.Place(folder=str(world.folder), oid_length=40, url=URL, remote=name), (ref,))
    assert subprocess.run(["git", "show-ref"], cwd=bare, capture_output=True, text=True).stdout.split()[1:] == [ref]
    assert not (tmp_path / "pwned").exists()


def test_what_git_says_is_kept_without_a_token(world: World) -> None:
    world.git("remote", "add", "origin", "https://x:glpat-token@127.0.0.1:1/shop.git")
    ref = keeping.keep(place(world), "approval", (OID,), APPROVAL)
    with pytest.raises(GitwardError, match="was not sent: unable to access") as found:
        keeping.send(place(world), (ref,))
    assert "glpat" not in f"{found.value}{found.value.fix}"


def test_many_go_in_pushes_of_a_hundred(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "server.git"
    subprocess.run(["git", "init", "-q", "--bare", "--template=", bare], check=True)
    world.git("remote", "add", "origin", str(bare))
    at = place(world)
    refs = [keeping.keep(at, "approval", (OID,), replace(APPROVAL, base=base)) for base in (OTHER, "c" * 40, "d" * 40)]
    monkeypatch.setattr(keeping, "MOST", 2)
    keeping.send(at, refs)
    there = subprocess.run(["git", "for-each-ref", "--format=%(refname)"], cwd=bare, capture_output=True, text=True)
    assert there.stdout.split() == sorted(refs)



def test_the_same_at_the_same_moment_is_stored_and_sent_once(world: World, tmp_path: Path) -> None:
    """As jobs that say the same in one second do; each is told that it is there."""
    bare, blob = tmp_path / "server.git", world.blob("ann")
    subprocess.run(["git", "init", "-q", "--bare", "--template=", bare], check=True)
    world.git("remote", "add", "origin", str(bare))
    with ThreadPoolExecutor(4) as pool:
        (ref,) = set(pool.map(lambda _: store(str(world.folder), blob), range(4)))
        list(pool.map(lambda at: keeping.send(at, (ref,)), [place(world)] * 4))
    assert subprocess.run(["git", "show-ref"], cwd=bare, capture_output=True, text=True).stdout.split()[1:] == [ref]
