"""Everything that can be done to a log's folder, and what `verify` with the verifier's last seen checkpoint says of it.

VERDICTS is the one table of expected codes; docs/audit.md prints it.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from trails import KEY, chained, event, flips, lines, put, record, rotated, segment, small, twin

from gitward.audit import checkpoints, log, turnover
from gitward.audit.happenings import happening
from gitward.audit.log import Item
from gitward.audit.pruning import holds
from gitward.audit.pruning.prune import prune
from gitward.audit.verification.saying import text
from gitward.audit.verification.verify import verify
from gitward.canonical import canonical
from gitward.errors import GitwardError
from gitward.tlog import note, tiles
from gitward.tlog.checkpoint import Checkpoint
from gitward.tlog.tree import leaf_hash
from soaking import FACTOR

# what was done, the exit code, what the report names
VERDICTS = {
    "a byte of a covered line": (1, "segment, line"),
    "a byte after the line feed of a covered line": (1, "segment, line"),
    "a covered line dropped": (1, "segment, line"),
    "a line inserted among covered ones": (1, "segment, line"),
    "two covered lines swapped": (1, "segment, line"),
    "a covered line twice": (1, "segment, line"),
    "the log cut within what is covered, between lines or in one": (1, "seq at which it ends"),
    "an earlier segment cut": (1, "segment, line"),
    "two segments exchanged": (1, "segment, line"),
    "a segment that overlaps another": (1, "segment, line"),
    "a byte of a tile": (1, "tile, seq"),
    "a tile cut short": (1, "tile"),
    "a byte of the log's own checkpoint": (1, "checkpoint"),
    "the log's own checkpoint cut short": (1, "checkpoint"),
    "a byte of log.json": (1, "log.json"),
    "a byte of evidence, or its end cut": (1, "evidence file, seq"),
    "a byte of a salt or of a personal value": (1, "side table, seq"),
    "a byte of a landmark of a pruned log": (1, "landmarks, seq"),
    "the whole folder rolled back": (1, "seq at which it ends"),
    "another log grown from a copy (split view)": (1, "range of seqs"),
    "all of it written and signed anew with the log's own key": (1, "range of seqs"),
    "all of it written and signed anew with another key": (1, "range of seqs"),
    "a broken chain, a wrong seq or no event of the schema, in tiles and checkpoints made to fit": (1, "segment, line"),
    "entries pruned though another entry holds them": (1, "range of seqs, the entry that holds them"),
    "no log in the folder": (3, "folder"),
    "no checkpoint in the folder, and none given": (3, "checkpoint"),
    "a byte of the checkpoint that was given": (3, "its file"),
    "a checkpoint of another log was given": (3, "its file"),
    "the key of another log was given": (3, "--key"),
    "a segment on another disk": (4, "range of seqs, times"),
    "the first segments gone, and no log.pruned under a checkpoint": (4, "range of seqs, times"),
    "a fifo, a link or a device in place of a segment": (4, "segment"),
    "a tile missing": (4, "tile"),
    "a piece of evidence missing": (4, "evidence file, seq"),
    "personal values missing, or their line unreadable": (4, "seq"),
    "the log's own checkpoint missing": (4, "checkpoint"),
    "log.json missing": (4, "log.json"),
    "nothing": (0, ""),
    "it grew": (0, "not covered: from seq, since"),
    "it grew, and a checkpoint was taken": (0, ""),
    "it was rotated": (0, ""),
    "it was pruned": (0, "range of seqs, the entry that says so"),
    "it has another key": (0, ""),
    "a torn tail was recovered": (0, ""),
    "it was idle": (0, ""),
    "values were erased, and a log.erased under a checkpoint says so": (0, ""),
    "an older checkpoint put back in the folder": (0, "covers N entries only"),
    "it was cut after the newest checkpoint": (0, "not covered"),
    "a line was changed after the newest checkpoint": (0, "not covered: segment, line"),
    "a torn tail": (0, "not covered: bytes"),
}


def expect(what, directory, *kept, key=None, names=""):
    """Verify, and hold the outcome against the table; `names` must stand in what is printed."""
    report = verify(str(directory), [(f"kept-{number}", data) for number, data in enumerate(kept)], key)
    said = text(report)
    assert report.code == VERDICTS[what][0], f"{what}\n{said}"
    assert names in said, f"{what}: {names} is not in\n{said}"
    return report


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    place = tmp_path_factory.mktemp("logs")
    return {"small": (place / "small", small(place / "small")), "rotated": (place / "rotated", rotated(place / "rotated"))}


@pytest.fixture
def short(originals, tmp_path):
    """A copy of the small log, and the checkpoint that its verifier saw last."""
    path, kept = originals["small"]
    return twin(path, tmp_path / "small"), kept


@pytest.fixture
def long(originals, tmp_path):
    path, kept = originals["rotated"]
    return twin(path, tmp_path / "rotated"), kept


COVERED = 4


def test_every_byte_of_the_lines(short):
    directory, kept = short
    path = segment(directory)
    ends = [0]
    for line in lines(path):
        ends.append(ends[-1] + len(line))
    for offset in flips(path, [*range(ends[COVERED]), *range(ends[COVERED], ends[-1], 5)]):
        number = next(n for n in range(len(ends)) if offset < ends[n + 1])
        if number < COVERED:
            expect("a byte of a covered line", directory, kept, names=f"{path.name} line {number + 1}")
        else:
            expect("a line was changed after the newest checkpoint", directory, kept, names="not covered")


def test_every_byte_of_tiles_and_checkpoints(short):
    directory, kept = short
    for offset in flips(directory / "tile/0/000.p/4"):
        expect("a byte of a tile", directory, kept, names=f"tile/0/000.p/4: holds another hash for entry {offset // 32}")
    for _ in flips(directory / "checkpoint"):
        expect("a byte of the log's own checkpoint", directory, kept, names="does not hold: checkpoint: ")
    for _ in flips(directory / "log.json"):
        expect("a byte of log.json", directory, kept, names="does not hold: log.json: ")
    for offset in range(len(kept)):
        flipped = kept[:offset] + bytes([kept[offset] ^ (1 << offset % 8)]) + kept[offset + 1 :]
        expect("a byte of the checkpoint that was given", directory, flipped, names="cannot verify: kept-0: ")


def test_every_byte_of_evidence_and_values(short):
    directory, kept = short
    (piece,) = (directory / "evidence").iterdir()
    for _ in flips(piece):
        expect("a byte of evidence, or its end cut", directory, kept, names=f"evidence/{piece.name}")
    (table,) = (directory / "personal").iterdir()
    data = table.read_bytes()
    for offset in flips(table):
        report = verify(str(directory), [("kept", kept)])
        try:
            changed = [json.loads(line) for line in table.read_bytes().splitlines()]
            assert [canonical(line) for line in changed] == table.read_bytes().splitlines()
            values = [each for line in changed for each in line["values"]]
            is_line = all(len(each) == 3 and all(type(part) is str for part in each) for each in values)
            same = [line["id"] for line in changed] == [json.loads(line)["id"] for line in data.splitlines()]
        except (ValueError, KeyError, TypeError, AssertionError):
            is_line = same = False
        whole = is_line and same
        what = "a byte of a salt or of a personal value" if whole else "personal values missing, or their line unreadable"
        assert report.code == VERDICTS[what][0], (offset, text(report))
        assert report.personal.unfit == (1 if whole else 0)


def whole_lines(path, covered):
    """The line feeds of covered lines, by line number."""
    end = 0
    for number, line in enumerate(lines(path)[:covered]):
        end += len(line)
        yield number, end - 1


def test_lines_dropped_inserted_swapped_doubled(short):
    directory, kept = short
    path = segment(directory)
    there = lines(path)
    for n in range(COVERED):
        for what, parts in (
            ("a covered line dropped", there[:n] + there[n + 1 :]),
            ("a line inserted among covered ones", [*there[:n], there[4], *there[n:]]),
            ("two covered lines swapped", [*there[:n], there[n + 1], there[n], *there[n + 2:]]),
            ("a covered line twice", there[: n + 1] + there[n:]),
        ):
            if what == "a covered line twice" and n == COVERED - 1:
                continue  # the second one is no longer covered
            put(path, parts)
            place = n + 1 if what == "a covered line twice" else n
            expect(what, directory, kept, names=f"{path.name} line {place + 1}")


def test_a_cut_at_every_byte(short):
    directory, kept = short
    path = segment(directory)
    data = path.read_bytes()
    ends = [end for _, end in whole_lines(path, 5)]
    for size in sorted({*ends, *(end + 1 for end in ends), *range(0, len(data), 97)}):
        path.write_bytes(data[:size])
        there = sum(end < size for end in ends)
        if there < COVERED:
            expect("the log cut within what is covered, between lines or in one", directory, kept,
                   names=f"ends before entry {there}")  # fmt: skip
        else:
            expect("it was cut after the newest checkpoint", directory, kept, names="not covered")


def test_cuts_of_tile_checkpoint_evidence(short):
    directory, kept = short
    (piece,) = (directory / "evidence").iterdir()
    for path, what in (
        (directory / "tile/0/000.p/4", "a tile cut short"),
        (directory / "checkpoint", "the log's own checkpoint cut short"),
        (piece, "a byte of evidence, or its end cut"),
    ):
        data = path.read_bytes()
        for size in range(0, len(data), 5):
            path.write_bytes(data[:size])
            expect(what, directory, kept, names=str(path.relative_to(directory)))
        path.write_bytes(data)


def places(directory):
    """Where segments begin and end, and one line within; every line in `make soak`."""
    for first, count in ((0, 256), (256, 256), (512, 8)):
        for n in range(count) if FACTOR > 1 else (0, count // 2, count - 1):
            yield segment(directory, first), first, n


def test_lines_of_a_rotated_log(long):
    directory, kept = long
    extra = lines(segment(directory, 512))[9]
    for path, first, n in places(directory):
        there = lines(path)
        for what, parts in (
            ("a covered line dropped", there[:n] + there[n + 1 :]),
            ("a line inserted among covered ones", [*there[:n], extra, *there[n:]]),
            ("a covered line twice", there[: n + 1] + there[n:]),
        ):
            if first + n < 519 or what != "a covered line twice":  # of the last one the second is no longer covered
                put(path, parts)
                expect(what, directory, kept, names=path.name)
        put(path, there[:n])
        what = "an earlier segment cut" if first < 512 else "the log cut within what is covered, between lines or in one"
        expect(what, directory, kept, names=f"{path.name} line {n + 1}" if first < 512 else f"ends before entry {first + n}")
        put(path, there)
        end = sum(map(len, there[:n]))
        for _ in flips(path, (end, end + len(there[n]) // 2, end + len(there[n]) - 1)):
            expect("a byte after the line feed of a covered line", directory, kept, names=f"{path.name} line {n + 1}")
    assert verify(str(directory), [("kept", kept)]).code == 0


def test_tiles_of_a_rotated_log(long):
    directory, kept = long
    for tile in ("tile/0/000", "tile/0/001", "tile/0/002.p/8", "tile/1/000.p/2"):
        path = directory / tile
        for _ in flips(path, range(0, path.stat().st_size, 32 if FACTOR > 1 else 1000)):
            expect("a byte of a tile", directory, kept, names=tile)
        path.rename(directory / "aside")
        expect("a tile missing", directory, kept, names=f"{tile}: is missing")
        (directory / "aside").rename(path)


def test_whole_segments(long, tmp_path):
    directory, kept = long
    for first, what in ((0, "the first segments gone, and no log.pruned under a checkpoint"),
                        (256, "a segment on another disk")):  # fmt: skip
        segment(directory, first).rename(tmp_path / "another disk")
        expect(what, directory, kept, names=f"entries {first} to {first + 255} are not there")
        (tmp_path / "another disk").rename(segment(directory, first))
    one, two = segment(directory, 0).read_bytes(), segment(directory, 256).read_bytes()
    segment(directory, 0).write_bytes(two)
    segment(directory, 256).write_bytes(one)
    expect("two segments exchanged", directory, kept, names=f"{segment(directory, 0).name} line 1")
    segment(directory, 0).write_bytes(one)
    segment(directory, 256).write_bytes(two)
    for first in (128, 255, 384):
        segment(directory, first).write_bytes(two)
        expect("a segment that overlaps another", directory, kept, names=f"line {first % 256 + 1}: stands where")
        segment(directory, first).unlink()
    last = segment(directory, 512)
    content = last.read_bytes()
    last.write_bytes(b"")
    expect("the log cut within what is covered, between lines or in one", directory, kept, names="ends before entry 512")
    last.unlink()
    expect("a segment on another disk", directory, kept, names="entries 512 to 5")
    last.write_bytes(content)
    segment(directory, 256).rename(tmp_path / "another disk")
    last.unlink()
    expect("a segment on another disk", directory, kept, names="entries 256 to 5")
    shutil.rmtree(directory / "tile")
    expect("the log cut within what is covered, between lines or in one", directory, kept, names="ends before entry 256")


def test_the_only_segment_is_elsewhere(short):
    directory, kept = short
    segment(directory, 0).unlink()
    expect("a segment on another disk", directory, kept, names="entries 0 to 3")


def test_what_is_not_there(short, tmp_path):
    directory, kept = short
    (piece,) = (directory / "evidence").iterdir()
    (table,) = (directory / "personal").iterdir()
    for path, what in (
        (directory / "tile/0/000.p/4", "a tile missing"),
        (piece, "a piece of evidence missing"),
        (table, "personal values missing, or their line unreadable"),
        (directory / "checkpoint", "the log's own checkpoint missing"),
        (directory / "log.json", "log.json missing"),
    ):
        path.rename(tmp_path / "aside")
        expect(what, directory, kept, names="missing")
        (tmp_path / "aside").rename(path)
    (directory / "checkpoint").unlink()
    expect("no checkpoint in the folder, and none given", directory, names="checkpoint")


def test_another_log_or_none(short, tmp_path):
    directory, kept = short
    other = note.signed("git.example.com/other\n" + kept.decode().split("\n", 1)[1].split("\n\n")[0] + "\n", KEY).encode()
    expect("a checkpoint of another log was given", directory, kept, other, names="kept-1: is a checkpoint of another log")
    expect("the key of another log was given", directory, kept, key=note.new_key("git.example.com/other").public, names="--key")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(GitwardError) as caught:
            verify(str(path), [("kept", kept)])
        assert caught.value.exit_code == VERDICTS["no log in the folder"][0]


def test_rollback_split_view_and_rewriting(short, tmp_path):
    directory, kept = short
    earlier = twin(directory, tmp_path / "earlier")
    record(directory, Item(event=event(9)))
    seen = checkpoints.take(str(directory)).encode()
    expect("the whole folder rolled back", earlier, seen, names="ends before entry 5")
    record(earlier, Item(event=event(10)), Item(event=event(11)))
    checkpoints.take(str(earlier))
    expect("another log grown from a copy (split view)", earlier, kept, seen, names="some of the entries 4 to 5")
    texts = [json.dumps({**json.loads(line)["event"], "note": "another"}, sort_keys=True, separators=(",", ":")).encode()
             for line in lines(segment(directory))[1:]]  # fmt: skip
    chained(directory, KEY, texts)
    assert verify(str(directory)).code == 4  # its side table is gone; nothing else shows without the checkpoint
    expect("all of it written and signed anew with the log's own key", directory, seen, names="some of the entries 0 to 5")
    chained(directory, note.new_key(KEY.name), texts)
    expect("all of it written and signed anew with another key", directory, seen, names="some of the entries 0 to 5")


def test_what_the_key_signed_must_be_a_log_all_the_same(short):
    """Whoever has the key can sign any tree: lines, chain and schema are held against what a log is, not against the tree."""
    directory, _ = short
    path = segment(directory)
    there = lines(path)
    prev = json.loads(there[3])["prev"]
    for old, new, place in (
        (prev, prev[:-1] + ("0" if prev[-1] != "0" else "1"), "entry 3 does not name the line before it"),
        ('"seq":3}', '"seq":4}', "says seq 4, and is entry 3"),
        ('"type":"system"', '"type":"sys"', "entry 3: actor.type"),
        ('"schema":', '"schema": ', "its event is no canonical JSON object"),
    ):
        put(path, [*there[:3], there[3].decode().replace(old, new).encode()])
        shutil.rmtree(directory / "tile")
        tree = tiles.extend(str(directory), 0, (leaf_hash(line[:-1]) for line in lines(path)))
        signed = note.signed(Checkpoint(origin=KEY.name, size=4, root=tree.root()).text(), KEY)
        (directory / "checkpoint").write_text(signed)
        what = "a broken chain, a wrong seq or no event of the schema, in tiles and checkpoints made to fit"
        report = expect(what, directory, signed.encode(), names=place)
        assert [each.outcome for each in report.checkpoints] == ["agrees", "agrees"]
        assert f"{path.name} line 4" in text(report)


def test_what_is_as_it_should_be(short, tmp_path):
    directory, kept = short
    expect("nothing", directory, kept)
    expect("nothing", directory, kept, key=KEY.public)
    expect("it grew", directory, kept, names="not covered: 1 entries from 4 on, received from 20")
    old = (directory / "checkpoint").read_bytes()
    assert old == kept
    newer = checkpoints.take(str(directory)).encode()
    expect("it grew, and a checkpoint was taken", directory, kept)
    expect("it was idle", directory, kept, newer)
    assert checkpoints.take(str(directory)).encode() == newer
    (directory / "checkpoint").write_bytes(kept)
    expect("an older checkpoint put back in the folder", directory, newer, names="covers 4 entries only")
    expect("an older checkpoint put back in the folder", directory, names="not covered: 1 entries from 4 on")


def test_a_torn_tail(short):
    directory, kept = short
    with segment(directory).open("ab") as file:
        file.write(b'{"event":{"half')
    expect("a torn tail", directory, kept, names="not covered: 15 bytes")
    record(directory, Item(event=event(9)))
    expect("a torn tail was recovered", directory, kept, checkpoints.take(str(directory)).encode())


def test_a_rotated_log(long):
    directory, kept = long
    report = expect("it was rotated", directory, kept)
    assert (report.segments, report.entries, report.covered, report.tiles) == (3, 522, 520, 4)
    shutil.rmtree(directory / "torn", ignore_errors=True)
    for name in ("live", "lock", "signing.key"):
        (directory / name).unlink()
    expect("nothing", directory, kept)


def test_a_pruned_log(long):
    directory, kept = long
    held = holds.place(str(directory), 300, 301, "a case")
    assert prune(str(directory), 512, kept).before == 256
    expect("it was pruned", directory, kept, names="entries 0 to 255 pruned, as entry 523 says")
    (first,) = lines(directory / "landmarks")
    for _ in flips(directory / "landmarks", [*range(0, len(first), 1 if FACTOR > 1 else 50), len(first) - 1]):
        expect("a byte of a landmark of a pruned log", directory, kept, names="landmarks")
    log.append(str(directory), happening("log.pruned", log={"from": 256, "before": 512, "segments": 1, "size": 520}))
    checkpoints.take(str(directory))
    segment(directory, 256).unlink()
    expect("entries pruned though another entry holds them", directory, kept, names=f"though entry {held} holds 300 to 301")


def test_a_log_with_another_key(short):
    directory, kept = short
    turnover.rotate(str(directory))
    expect("it has another key", directory, kept, key=KEY.public)
    newer = (directory / "checkpoint").read_bytes()
    expect("it has another key", directory, kept, newer)
    turnover.rotate(str(directory))
    report = expect("it has another key", directory, newer, kept)
    assert len({signer for each in report.checkpoints for signer in each.signers}) == 3


def test_erased_values(short):
    directory, kept = short
    (table,) = (directory / "personal").iterdir()
    (first,) = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"")
    log.append(str(directory), happening("log.erased", log={"values": [{"event": json.loads(first)["id"], "paths": []}]}))
    checkpoints.take(str(directory))
    what = "values were erased, and a log.erased under a checkpoint says so"
    report = expect(what, directory, kept, names="0 present, 1 erased, 0 missing")
    assert report.evidence.present == 1


@pytest.mark.parametrize("kind", ["fifo", "link", "device", "folder"])
def test_no_segment_at_all(long, tmp_path, kind):
    import os

    directory, kept = long
    path = segment(directory, 256)
    path.rename(tmp_path / "segment")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "segment")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    expect("a fifo, a link or a device in place of a segment", directory, kept, names=f"{path.name}: cannot be read")


def test_every_row_of_the_table_is_tried():
    source = Path(__file__).read_text()
    assert [what for what in VERDICTS if source.count(f'"{what}"') < 2] == []


def test_the_table_is_that_of_the_documentation():
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    section = page.split("\n## What verify says\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (.+) \| ([0-9]) \| (.*) \|$", section, re.MULTILINE)
    assert {what: (int(code), names.strip()) for what, code, names in rows} == VERDICTS

