"""Go's sumdb/note and sumdb/tlog agree: with our checkpoints and proofs, and in refusing what is altered."""

import base64

import pytest

from gitward.audit import checking, proving, tileexport
from gitward.errors import GitwardError
from gitward.tlog import checkpoint, note
from gitward.tlog import proof as proofs

DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def files(folder, texts):
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:05d}").write_bytes(text if isinstance(text, bytes) else text.encode())
    return sorted(folder.iterdir())


def altered(text):
    """The proof with one bit of every third byte flipped, another one each time.

    Not in the last digit of a padded base 64: Go's decoder drops that digit's spare bits. Ours asks that they be zero.
    """
    data = text.encode()
    for place in range(0, len(data), 3):
        if data[place + 1 : place + 2] != b"=":
            yield data[:place] + bytes([data[place] ^ 1 << place // 3 % 7]) + data[place + 1 :]


def test_inclusion(grown, tmp_path, verifier):
    made = [proving.inclusion(str(grown.path), seq).text() for seq in (0, 6, 255, 256, 299)]
    answers = verifier("record", grown.key, *files(tmp_path / "whole", made))
    assert answers == ["ok 0 300", "ok 6 300", "ok 255 300", "ok 256 300", "ok 299 300"]
    answers = verifier("record", grown.key, *files(tmp_path / "altered", altered(made[1])))
    assert len(answers) > 300
    assert all(answer.startswith("refused") for answer in answers)
    other = made[0].replace("index 0\n", "index 1\n"), made[0].replace("\n300\n", "\n301\n"), made[1].replace("\n300\n", "\n7\n")
    assert all(answer.startswith("refused") for answer in verifier("record", grown.key, *files(tmp_path / "other", other)))


def test_consistency(grown, tmp_path, verifier):
    grown.grow(513, 600)
    told = {size: checkpoint.read(text.encode()) for size, text in grown.taken.items()}
    pairs = [(old, new) for old in told for new in told if old <= new]
    for old, new in pairs:
        kept, *given = files(tmp_path / f"{old}-{new}", [
            grown.taken[old], proving.consistency(str(grown.path), told[old], told[new]).text(),
        ])  # fmt: skip
        assert verifier("tree", grown.key, kept, *given) == [f"ok {old} {new}"]
    made = proving.consistency(str(grown.path), told[300]).text()
    kept, *given = files(tmp_path / "altered", [grown.taken[300], *altered(made)])
    assert all(answer.startswith("refused") for answer in verifier("tree", grown.key, kept, *given))


def test_what_go_takes_from_another_key_or_log_is_nothing(grown, tmp_path, verifier):
    made = proving.inclusion(str(grown.path), 3)
    (whole,) = files(tmp_path / "whole", [made.text()])
    stranger = note.new_key(grown.origin)
    assert verifier("record", str(stranger.public), whole)[0].startswith("refused: note has no verifiable signatures")
    forged = made.text().replace(grown.taken[300], note.signed(made.checkpoint.text(), stranger))
    (other,) = files(tmp_path / "forged", [forged])
    assert verifier("record", grown.key, other)[0].startswith("refused")
    assert verifier("record", str(stranger.public), other) == ["ok 3 300"]


def test_we_refuse_whatever_go_refuses_of_a_checkpoint(grown, tmp_path, verifier):
    """The same alterations, through our own verification: refused, and never a crash."""
    key = note.public_key(grown.key)
    text = proving.inclusion(str(grown.path), 5).text()
    for data in altered(text):
        with pytest.raises(GitwardError) as problem:
            shown(proofs.read(data), key)
        assert problem.value.exit_code in (1, 3)


def test_the_spare_bits_that_go_drops_are_refused_here(grown, tmp_path, verifier):
    data = proving.inclusion(str(grown.path), 5).text().encode()
    places = [place for place in range(len(data) - 1) if data[place + 1 : place + 2] == b"=" != data[place : place + 1]]
    assert len(places) >= 9  # eight or nine hashes of the path, and the signature
    spare = [data[:place] + DIGITS[DIGITS.index(data[place]) + 1 :][:1] + data[place + 1 :] for place in places]
    answers = verifier("record", grown.key, *files(tmp_path / "spare", spare))
    assert answers.count("ok 5 300") == len(places) - 1  # all but the root, which is signed as it is written
    for each in spare:
        with pytest.raises(GitwardError):
            shown(proofs.read(each), note.public_key(grown.key))


def shown(found, key):
    checking.signers(found.checkpoint, [key])
    checking.included(found)


def test_an_export_is_read_by_a_client_of_tiles(grown, tmp_path, verifier):
    """tlog.TileHashReader over the exported files, and every entry of every bundle against it; also after the log grew."""
    for size in (300, 513, 900):
        if size > 300:
            grown.grow(size)
        tileexport.export(str(grown.path), str(tmp_path / "out"))
        signed = checkpoint.read((tmp_path / "out/checkpoint").read_bytes())
        wanted = f"ok {signed.size} {base64.b64encode(signed.root).decode()}"
        assert verifier("tiles", grown.key, tmp_path / "out") == [wanted]
    used = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and ".p" not in str(path.parent)]
    for path in used:
        whole = path.read_bytes()
        path.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
        assert verifier("tiles", grown.key, tmp_path / "out")[0].startswith("refused")
        path.write_bytes(whole)
    assert len(used) == 7
    assert verifier("tiles", grown.key, tmp_path / "out") == [wanted]
