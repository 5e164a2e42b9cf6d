"""git's verdicts beside gitward's: which say the same, which differ for a listed reason, and which fail the run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from measure import table
from signature_runs import Row, Said

BROKEN = ("malformed", "bad", "revoked-hard", "weak", "unsupported")
SAME = {
    "ssh": {"G": ("good",), "U": ("unknown-key", "expired", "not-yet-valid"), "B": BROKEN, "N": ("unsigned",)},
    "openpgp": {
        "G": ("good",), "X": ("expired",), "Y": ("expired",), "R": ("revoked-hard", "revoked-soft"), "B": ("bad",),
        "E": ("unknown-key", "unsupported"), "N": ("malformed",),
    },
}  # fmt: skip
"""Format -> %G? -> the statuses that say the same."""
LISTED = (
    ("*", "principal-mismatch", "", "the principal lists addresses, and the committer's is none of them"),
    ("*", "malformed", "there is text after", "something other than white space after the END line"),
    ("*", "unsupported", "a signature packet of version 3", "a signature of version 3"),
    ("*", "unsupported", "a signature over text", "a signature in text mode"),
    ("*", "weak", "", "a digest or a key below the floor"),
    ("XY", "revoked-hard", "", "the key has ended and is revoked: git names the first, gitward the worse"),
    ("XY", "revoked-soft", "", "the key has ended and is revoked: git names the first, gitward the worse"),
)
"""Letters, status, what the detail begins with, and the reason: the differences that there may be. Any other fails the run."""


class Compared:
    """The pairs of verdicts on one history. `wrong` are the commits that differ for no listed reason."""

    def __init__(self, form: str, theirs: Mapping[str, Said], ours: Mapping[str, Row]) -> None:
        self.wrong: list[str] = []
        self._pairs: Counter[tuple[str, str, str]] = Counter()
        for oid, said in theirs.items():
            row = ours.get(oid)
            status = row["status"] if row else "not there"
            reason = "" if row and _is_same(form, said, row) else _reason(said, row)
            self._pairs[said.letter, status, reason] += 1
            if reason == NOT_LISTED:
                self.wrong.append(oid)

    @property
    def text(self) -> str:
        rows = [(*pair[:2], str(count), pair[2]) for pair, count in self._pairs.most_common()]
        more = f"\nDIFFERENT FOR NO LISTED REASON: {len(self.wrong)} {' '.join(self.wrong[:3])}\n" if self.wrong else ""
        return table(("git", "gitward", "commits", "why they differ"), rows) + more


NOT_LISTED = "NOT LISTED"
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._+@-]+")  # "Ann Lee" is Ann-Lee in the policy that `keys import` writes


def _is_same(form: str, said: Said, row: Row) -> bool:
    if row["status"] not in SAME[form].get(said.letter, ()) or row["format"] != form:
        return False
    if said.letter != "G":
        return True
    if form == "ssh":
        who, known = NOT_IN_NAMES.sub("-", said.signer), row["principal"]
    else:
        who, known = said.primary, row["primary_fingerprint"]
    return (said.fingerprint, who) == (row["fingerprint"], known)


def _reason(said: Said, row: Row | None) -> str:
    for letters, status, detail, reason in LISTED if row else ():
        if row and (letters == "*" or said.letter in letters) and row["status"] == status and row["detail"].startswith(detail):
            return reason
    return NOT_LISTED
