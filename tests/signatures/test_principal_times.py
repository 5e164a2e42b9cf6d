"""A principal's times bound its signatures, by whichever clock they are judged."""

from __future__ import annotations

import pytest

from gitward.model import Finding, Ident, Principal, Trust
from gitward.signatures.moments import Moments
from gitward.signatures.reading import SignatureReader
from gitward.validity import judged

ANN = Ident(name="Ann", email="ann@example.com", time=0, offset=0)
FORGE = "forge:github"


def status(at: int, *, key: tuple[int | None, int | None] = (None, None), known: tuple[int | None, int | None],
           by: str = "ann") -> str:  # fmt: skip
    """The status of Ann's signature, or of one by a forge on what she asked for, that was first seen at a time."""
    ann = Principal(name="ann", addresses=("ann@example.com",), vouched_by=(FORGE,), valid_after=known[0], valid_before=known[1])
    trust = Trust(principals={"ann": ann, FORGE: Principal(name=FORGE, forge=True)})
    finding = Finding(format="ssh", status="good", principal=by, not_before=key[0], not_after=key[1])
    found = SignatureReader(trust).signature(finding, Moments(now=10_000, seen={"x": at}), "x", ANN)
    assert found.vouched == ("ann" if by == FORGE else "")
    return judged(found, ANN, ANN).status


@pytest.mark.parametrize("by", ["ann", FORGE])
@pytest.mark.parametrize(
    ("at", "known", "expected"),
    [(100, (None, None), "good"), (100, (100, None), "good"), (99, (100, None), "not-yet-valid"), (199, (100, 200), "good"),
     (200, (100, 200), "expired"), (0, (None, 200), "good"), (5_000, (None, 200), "expired")],
)  # fmt: skip
def test_in_time(at: int, known: tuple[int | None, int | None], expected: str, by: str) -> None:
    assert status(at, known=known, by=by) == expected


def test_the_narrower_of_key_and_principal() -> None:
    assert status(150, key=(100, 300), known=(160, 250)) == "not-yet-valid"
    assert status(260, key=(100, 300), known=(160, 250)) == "expired"
    assert status(90, key=(100, 300), known=(50, 400)) == "not-yet-valid"
    assert status(350, key=(100, 300), known=(50, 400)) == "expired"
