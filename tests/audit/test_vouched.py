"""What verify and review make of witnesses: an auditor's own list counts, the folder's is only said, a contradiction is one."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from gitward import clock
from gitward.audit import checkpoints, creation, folder, log
from gitward.audit.happenings import happening
from gitward.audit.verification.saying import as_json, text
from gitward.audit.verification.verify import verify
from gitward.audit.verification.vouched import ago
from gitward.audit.witness import kept
from gitward.audit.witness.settings import Settings, Witness, read
from gitward.errors import UsageError
from gitward.review.vouching import vouching
from gitward.tlog import note
from gitward.tlog.cosignature import cosign, cosigner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run

WITNESS = note.new_key("witness.example.com")
CITY = Witness(name="city", kind="cosigner", url="http://127.0.0.1:1", key=str(cosigner_of(WITNESS)))
OTHER = Witness(name="other", kind="cosigner", url="http://127.0.0.1:1", key=str(cosigner_of(note.new_key("other.example.com"))))
YAML = f"witnesses:\n  - {{name: city, kind: cosigner, url: 'http://127.0.0.1:1', key: '{CITY.key}'}}\n"


def grow(directory: Path, count: int) -> None:
    log.append_all(str(directory), tuple(log.Item(event=happening("log.heartbeat")) for _ in range(count)))
    checkpoints.take(str(directory))


def cosigned(directory: Path, age: int = 0) -> None:
    """What a witness has seen so long ago, in seconds."""
    newest = checkpoints.newest(str(directory))
    line = cosign(newest.text(), WITNESS, int(time.time()) - age)
    whole = note.Note(text=newest.note.text, signatures=(*newest.note.signatures, line))
    kept.keep(str(directory), newest.size, "note", note.text_of(whole).encode())


@pytest.fixture
def made(tmp_path: Path) -> Path:
    creation.make(str(tmp_path / "log"), "git.example.com/log")
    grow(tmp_path / "log", 4)
    cosigned(tmp_path / "log", 7300)
    grow(tmp_path / "log", 3)
    return tmp_path / "log"


def rewritten(directory: Path, count: int) -> Path:
    """Another past of the same size and more, signed by the log's own key, in the folder of the log with all that lies there."""
    other = directory.parent / "other"
    shutil.copytree(directory, other)
    for path in [*other.glob("*.jsonl"), other / "checkpoint", other / "log.json"]:
        path.unlink()
    shutil.rmtree(other / "tile")
    key = note.private_key((other / "signing.key").read_text())
    (other / "signing.key").unlink()
    creation.create(str(other), "git.example.com/log", key)
    grow(other, count)
    return other


def test_it_is_said_who_vouches_and_since_when(made: Path, tmp_path: Path, gitward: Run) -> None:
    report = verify(str(made), (), None, Settings(witnesses=(CITY,)))
    assert report.code == 0, text(report)
    assert "witnesses  1 of 1 vouch, 1 must\n  witness city: vouches for 5 of 8 entries (cosigner, " in text(report)
    assert "Z, 2 hours ago)" in text(report)
    assert as_json(report)["witnesses"] == "1 of 1 vouch, 1 must"
    (tmp_path / "mine.yaml").write_text(YAML)
    done = gitward("audit", "verify", "--log", made, "--witnesses", "mine.yaml", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["witnesses"]) == (0, "1 of 1 vouch, 1 must")
    with pytest.raises(UsageError, match="No such file"):
        read(str(tmp_path / "none.yaml"))


def test_too_few_count_for_who_asked_for_them(made: Path) -> None:
    for quorum, code in ((0, 3), (1, 0), (2, 3)):
        report = verify(str(made), (), None, Settings(witnesses=(CITY, OTHER), quorum=quorum))
        assert (report.code, "1 of 2 vouch" in text(report)) == (code, True), text(report)
    shutil.rmtree(made / "witnessed")
    assert verify(str(made), (), None, Settings(witnesses=(CITY,))).code == 3
    assert verify(str(made)).vouched == ""
    (made / "settings.yaml").write_text(YAML)
    report = verify(str(made))  # whoever keeps the folder can name whom he likes
    assert (report.code, "give yours with --witnesses" in report.vouched) == (0, True)
    assert "too few witnesses" in text(report)
    (made / "settings.yaml").write_text("nonsense: [")
    assert (verify(str(made)).code, "cannot be used" in text(verify(str(made)))) == (0, True)


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize(("count", "words"), [(2, "ends before entry 3"), (4, "other 5 entries"), (90, "other 5 entries")])
def test_another_past_than_they_saw_does_not_hold(made: Path, count: int, words: str, given: bool) -> None:
    """The chain, the tree and the signature are all in order: only the witness knows."""
    other = rewritten(made, count)
    (other / "settings.yaml").write_text(YAML)
    report = verify(str(other), (), None, Settings(witnesses=(CITY,)) if given else None)
    assert (report.code, words in text(report)) == (1, True), text(report)
    assert {each.aspect for each in report.found if each.code} == {"witnesses"}
    shutil.rmtree(other / "witnessed")
    assert verify(str(other)).code == 0


def test_no_file_of_the_folder_is_waited_for(made: Path) -> None:
    (made / "settings.yaml").write_text(YAML)
    for size in (5, 8):
        os.makedirs(made / "witnessed", exist_ok=True)
        place = made / "witnessed" / f"{size:020d}.note"
        place.unlink(missing_ok=True)
        os.mkfifo(place)
    assert verify(str(made)).code == 0
    (made / "settings.yaml").unlink()
    os.mkfifo(made / "settings.yaml")
    assert "cannot be used" in text(verify(str(made)))


def test_the_review_names_what_is_missing_and_what_contradicts(made: Path) -> None:
    def found(directory: Path, **how: int) -> list[tuple[str, str]]:
        return [(each.weight, each.kind) for each in vouching(str(directory), clock.at(int(time.time()) + how.get("later", 0)))]

    assert found(made) == []  # nobody is named
    (made / "settings.yaml").write_text(YAML)
    assert found(made) == []
    assert found(made, later=86_400) == [("note", "witness-old"), ("missing", "quorum-missing")]
    assert found(rewritten(made, 9)) == [("contradiction", "witness-contradicts"), ("missing", "quorum-missing")]
    shutil.rmtree(made / "witnessed")
    assert found(made) == [("note", "witness-missing"), ("missing", "quorum-missing")]
    (made / "settings.yaml").write_text("x")
    assert found(made) == [("unknown", "witnesses")]
    assert folder.about(str(made))


def test_ages() -> None:
    now = int(time.time())
    ages = {0: "just now", 70: "1 minute ago", 7_250: "2 hours ago", 200_000: "2 days ago", -9_000: "in the future"}
    assert {age: ago(clock.at(now - age)) for age in ages} == ages
    assert ago("nonsense") == ""
