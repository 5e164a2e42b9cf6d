from __future__ import annotations

import binascii
import json
import os
import stat
from pathlib import Path

import pytest

import gitward
from gitward import ownfolder
from gitward.errors import PolicyError
from gitward.policy import compiled, load

TEXT = (
    "version: 1\npolicy: {id: test}\nextends: [base.yaml, 'builtin:minimal']\nrefsets: {protected: [refs/heads/main]}\n"
)
BASE = "version: 1\nrules: [{rule: ticket-reference, in: [body], since: baseline, message: 'naïve'}]\n"


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gitward" / "policy"


@pytest.fixture
def path(tmp_path) -> str:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    file = tmp_path / ".gitward.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


@pytest.fixture
def kept(cache, path) -> Path:
    """The one compiled file, after a first reading."""
    compiled.policy_for_client(path)
    (file,) = cache.iterdir()
    return file


def rewritten(file: Path, change) -> None:
    """A compiled file with another content that is whole in itself."""
    line, _, contents = file.read_bytes().partition(b"\n")[2].partition(b"\n")
    kept = json.loads(line)
    change(kept)
    body = json.dumps(kept).encode() + b"\n" + contents
    file.write_bytes(b"%08x\n" % binascii.crc32(body) + body)


def plain(path: str) -> dict[str, object]:
    """The plain form of the policy at `path`."""
    return load.load_plain(load.folder_reader(os.path.dirname(path)), os.path.basename(path), path).plain


def test_nothing_is_kept_at_first(cache, path):
    assert compiled.read_compiled(path) is None


def test_the_compiled_policy_is_the_policy(kept, path):
    assert compiled.read_compiled(path) == load.load_file(path)
    assert compiled.policy_for_client(path) == load.load_file(path)


def test_it_is_used_without_reading_yaml(kept, path, monkeypatch):
    monkeypatch.setattr(load, "load_plain", None)
    assert compiled.policy_for_client(path).id == "test"


def test_folder_and_file_are_for_their_owner_alone(kept, cache):
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [file.name for file in cache.iterdir()] == [kept.name]


@pytest.mark.parametrize("name", [".gitward.yaml", "base.yaml"])
def test_a_changed_file_is_read_again(kept, path, name):
    file = Path(path).parent / name
    file.write_bytes(file.read_bytes().replace(b"test", b"other").replace(b"body", b"subject"))
    assert compiled.read_compiled(path) is None
    assert compiled.policy_for_client(path) == load.load_file(path)
    assert compiled.read_compiled(path) == load.load_file(path)


def test_a_file_with_other_bytes_of_the_same_size_and_time_is_read_again(kept, path):
    before = os.stat(path)
    Path(path).write_text(TEXT.replace("{id: test}", "{id: tset}"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert compiled.policy_for_client(path).id == "tset"


def test_bytes_that_went_from_one_file_to_the_next_are_read_again(kept, path):
    """All the bytes together are as they were."""
    other = Path(path).parent / "base.yaml"
    assert TEXT.encode() + BASE.encode() in kept.read_bytes()
    Path(path).write_bytes(TEXT.encode() + BASE.encode()[:1])
    other.write_bytes(BASE.encode()[1:])
    assert compiled.read_compiled(path) is None


def test_a_file_that_changes_while_it_is_read_is_not_kept(cache, path, monkeypatch):
    """What was read is what is judged by now; the next commit reads the new one."""
    reading, change = load.load_plain, iter((lambda: Path(path).write_text(BASE), Path(path).unlink))

    def read(*arguments):
        plain = reading(*arguments)
        next(change)()
        return plain

    with monkeypatch.context() as patch:
        patch.setattr(load, "load_plain", read)
        for _ in range(2):
            Path(path).write_text(TEXT, encoding="utf-8")
            assert compiled.policy_for_client(path).id == "test"
            assert not cache.exists()


def test_two_policies_with_one_name_do_not_meet(kept, path, cache, monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "_name", lambda _path: kept.name)
    other = tmp_path / "other.yaml"
    other.write_text("version: 1\npolicy: {id: other}\nrules: [{rule: no-fixup}]\n", encoding="utf-8")
    assert compiled.read_compiled(str(other)) is None
    assert compiled.policy_for_client(str(other)).id == "other"
    assert compiled.read_compiled(path) is None
    assert compiled.policy_for_client(path).id == "test"


def test_a_file_that_is_gone_is_missed(kept, path):
    (Path(path).parent / "base.yaml").unlink()
    assert compiled.read_compiled(path) is None
    with pytest.raises(PolicyError, match=r"there is no file 'base\.yaml'"):
        compiled.policy_for_client(path)


def test_a_changed_pack_is_read_again(kept, path, monkeypatch, tmp_path):
    packs = tmp_path / "elsewhere"
    (packs / "packs").mkdir(parents=True)
    (packs / "packs" / "minimal.yaml").write_text("version: 1\n")
    monkeypatch.setattr(compiled, "__file__", str(packs / "compiled.py"))
    assert compiled.read_compiled(path) is None


def test_another_gitward_reads_it_again(kept, path, monkeypatch):
    monkeypatch.setattr(compiled, "__version__", gitward.__version__ + "1")
    assert compiled.read_compiled(path) is None


def test_a_policy_that_is_called_otherwise_is_another(kept, path, monkeypatch):
    monkeypatch.chdir(Path(path).parent)
    assert compiled.read_compiled(".gitward.yaml") is None
    assert compiled.policy_for_client(".gitward.yaml").source == ".gitward.yaml"
    assert compiled.read_compiled(path).source == path


def test_a_flipped_byte_anywhere_makes_it_absent(kept, path):
    whole = kept.read_bytes()
    for at in range(0, len(whole), 9):
        kept.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert compiled.read_compiled(path) is None, at


@pytest.mark.parametrize("garbage", [b"", b"\n", b"{}", b"\xff" * 100, b"[]\n[]"])
def test_garbage_is_absent_and_is_written_over(kept, path, garbage):
    kept.write_bytes(garbage)
    assert compiled.read_compiled(path) is None
    assert compiled.policy_for_client(path).id == "test"
    assert compiled.read_compiled(path).id == "test"


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept["plain"].pop("entries"),
        lambda kept: kept["plain"].update(entries=7),
        lambda kept: kept["plain"].update(files=[]),
        lambda kept: kept["plain"]["entries"][1].update(rule="none"),
        lambda kept: kept["plain"]["entries"][1]["options"].update(unknown=1),
        lambda kept: kept["sizes"].reverse(),
        lambda kept: kept["key"].reverse(),
        lambda kept: kept.pop("key"),
    ],
)
def test_a_form_of_another_shape_is_absent(kept, path, change):
    rewritten(kept, change)
    assert compiled.read_compiled(path) is None


def test_what_others_can_write_is_not_used(kept, path, cache):
    os.chmod(kept, 0o620)
    assert compiled.read_compiled(path) is None
    os.chmod(kept, 0o600)
    assert compiled.read_compiled(path) is not None
    for mode in (0o770, 0o702):
        os.chmod(cache, mode)
        assert compiled.read_compiled(path) is None
        assert not compiled.write_compiled(path, plain(path))
    assert compiled.policy_for_client(path).id == "test"


def test_a_folder_that_is_a_link_is_not_used(kept, path, cache):
    moved = cache.rename(cache.parent / "moved")
    cache.symlink_to(moved)
    assert compiled.read_compiled(path) is None
    assert not compiled.write_compiled(path, plain(path))


def test_a_file_in_place_of_the_folder_is_not_used(cache, path):
    cache.parent.mkdir(parents=True)
    cache.write_text("")
    cache.chmod(0o600)
    assert not ownfolder.is_ours(str(cache))
    assert not compiled.write_compiled(path, plain(path))
    assert compiled.policy_for_client(path).id == "test"


def test_what_another_user_owns_is_not_used(kept, path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(path).st_uid + 1)
    assert compiled.read_compiled(path) is None


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path, path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled.policy_for_client(path).id == "test"
    assert compiled.read_compiled(path) is None


def test_no_place_for_a_cache(path, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert ownfolder.cache_folder("policy") == ""
    assert compiled.policy_for_client(path).id == "test"


def test_a_relative_cache_home_is_ignored(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ownfolder.cache_folder("policy") == str(tmp_path / ".cache" / "gitward" / "policy")


def test_a_failed_write_leaves_no_draft(kept, path, cache, monkeypatch):
    def refuse(*_names: str) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    assert not compiled.write_compiled(path, plain(path))
    assert [file.name for file in cache.iterdir()] == [kept.name]


def test_a_policy_that_is_refused_is_not_kept(cache, path):
    Path(path).write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        compiled.policy_for_client(path)
    assert not cache.exists()
