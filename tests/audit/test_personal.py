"""Commitments: nothing personal in the event, everything in the joined form, and a commitment binds value, place and salt."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from gitward.audit import folder, personal
from gitward.audit.personal import Commitments, Value
from gitward.canonical import canonical

RAW = st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(RAW, st.lists(RAW, max_size=3))
@example('"commitment":', ["Ann <ann@example.com>"])
def test_what_goes_in_comes_out_joined(claim: str, authors: list[str]) -> None:
    made = Commitments()
    event = {
        "id": "I",
        "actor": {"claim": made.commit("/actor/claim", claim)},
        "change": {"authors": [made.commit(f"/change/authors/{number}", each) for number, each in enumerate(authors)]},
    }
    stored = json.loads(canonical(event))
    read = json.loads(made.line("I"))
    values = [Value(path=path, salt=salt, value=value) for path, salt, value in read["values"]]
    found = personal.joined(stored, values)
    assert found["actor"]["claim"] == personal.text(claim)
    assert found["change"]["authors"] == [personal.text(each) for each in authors]
    assert stored == event  # the original is left alone
    nobodys = canonical({**event, "actor": {"claim": Commitments().commit("/actor/claim", "")}, "change": {}}).decode()
    words = [word for word in (claim, *authors) if len(word) > 12 and word.isascii() and word not in nobodys]
    assert [word for word in words if word in canonical(event).decode()] == []


def test_the_commitment_is_what_the_documents_say() -> None:
    made = Commitments()
    said = made.commit("/actor/claim", "Ann <ann@example.com>")["commitment"]
    (value,) = made.values
    message = b'["/actor/claim","Ann <ann@example.com>"]'
    assert said == hmac.new(bytes.fromhex(value.salt), message, hashlib.sha256).hexdigest()
    assert len(bytes.fromhex(value.salt)) == 32
    assert said != made.commit("/actor/claim", "Ann <ann@example.com>")["commitment"]


def test_a_commitment_binds_value_place_and_salt() -> None:
    made = Commitments()
    said = made.commit("/a", "Ann")["commitment"]
    (value,) = made.values
    assert personal.check("/a", "Ann", value.salt, said)
    other = "0" * 64
    for path, text, salt in (("/b", "Ann", value.salt), ("/a", "Bob", value.salt), ("/a", "Ann", other), ("/a", "Ann", "zz")):
        assert not personal.check(path, text, salt, said)
    event = {"a": {"commitment": said}}
    for wrong in (Value(path="/a", salt=value.salt, value="Bob"), Value(path="/a/0/x", salt=value.salt, value="Ann"),
                  Value(path="a", salt=value.salt, value="Ann"), Value(path="/9", salt="x", value=3)):  # fmt: skip
        assert personal.joined(event, [wrong]) == event


def test_a_secret_is_committed_to_and_not_kept() -> None:
    made = Commitments()
    said = made.commit("/redactions/0", "hunter2", keep=False)
    assert b"hunter2" not in made.line("I")
    assert personal.check("/redactions/0", "hunter2", made.values[0].salt, said["commitment"])
    assert made.line("I") == canonical({"id": "I", "values": [["/redactions/0", made.values[0].salt, None]]})


def test_the_side_table_is_read_and_what_is_torn_is_passed_over(tmp_path: Path) -> None:
    made = Commitments()
    made.commit("/a", "Ann\nBob")
    (tmp_path / folder.PERSONAL).mkdir()
    path = Path(folder.personal_path(str(tmp_path), 0))
    bad = [b"[]\n", b"\xff\n", b'{"id":3,"values":[]}\n', b"[" * 100_000 + b"\n", b'{"id":"J","values":[["/a"']
    path.write_bytes(made.line("I") + b"\n" + b"".join(bad) + made.line("K") + b"\n")
    assert list(personal.table(str(tmp_path), 0)) == [("I", tuple(made.values)), ("K", tuple(made.values))]
    assert list(personal.table(str(tmp_path), 256)) == []
