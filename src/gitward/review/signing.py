"""A reviewer's signature over a review: OpenSSH's, in the namespace `gitward-review` (ssh-keygen(1), -Y sign)."""

from __future__ import annotations

import hashlib
import os
import subprocess

from gitward.audit.happenings import act
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.item import Item

NAMESPACE = "gitward-review"
_SECONDS = 120  # a key may ask for its passphrase, or to be touched


def signed(report: bytes, key: str) -> str:
    """The armoured signature. Raises GitwardError where ssh-keygen cannot make one."""
    if not os.path.exists(key):
        raise GitwardError(f"there is no key {key}", "give the file of an SSH key: --sign ~/.ssh/id_ed25519")
    command = ("ssh-keygen", "-Y", "sign", "-q", "-n", NAMESPACE, "-f", key)
    try:
        done = subprocess.run(command, input=report, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise GitwardError(f"ssh-keygen could not sign: {problem}") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitwardError(f"ssh-keygen could not sign: {words[-1] if words else done.returncode}")
    return done.stdout.decode("ascii", "replace")


def reviewed(report: bytes, reviewer: str, signature: str, outcome: str, counts: dict[str, int]) -> Item:
    """The event of a review that somebody answers for; the report itself is evidence."""
    review = {
        "reviewer": reviewer,
        "report": {"sha256": hashlib.sha256(report).hexdigest(), "bytes": len(report)},
        "signature": signature,
        "gaps": counts,
    }
    return act("log.reviewed", outcome=outcome, review=review, evidence=(report,))
