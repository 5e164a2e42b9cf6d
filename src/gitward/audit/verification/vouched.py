"""What the witnesses of a log vouch for, held against its lines. Offline: a ref on a git server counts for nothing here."""

from __future__ import annotations

import time

from gitward import clock
from gitward.audit.folder import SETTINGS
from gitward.audit.verification.claims import Claim
from gitward.audit.verification.findings import BROKEN, UNVERIFIABLE, WHOLE
from gitward.audit.witness import NoWitness, entries
from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.verification.findings import Findings
    from gitward.audit.verification.walk import Walk
    from gitward.audit.witness.settings import Settings, Witness


@record
class Vouched:
    """One witness: when, and for which checkpoint; or why for none."""

    witness: Witness
    time: str = ""
    claim: Claim | None = None
    problem: str = ""


class Vouching:
    """The witnesses of the settings that the verifier gave, else of those in the folder, which its keeper can change."""

    def __init__(self, directory: str, given: Settings | None, findings: Findings) -> None:
        self.is_given = given is not None
        self.settings = given or _own(directory, findings)
        self.every = [_looked(directory, each) for each in self.settings.witnesses] if self.settings else []

    @property
    def claims(self) -> list[Claim]:
        """The checkpoints that they vouch for: the walk through the lines finds the log's roots at these sizes."""
        return [each.claim for each in self.every if each.claim]

    def judge(self, origin: str, walk: Walk, findings: Findings) -> str:
        """What it comes to, in a few words; '' where there are no witnesses. The lines have been read."""
        if not self.settings:
            return ""
        good = sum(_judged(each, origin, walk, findings) for each in self.every)
        words = f"{good} of {len(self.every)} vouch, {self.settings.needed} must"
        if good < self.settings.needed:
            code = UNVERIFIABLE if self.is_given else WHOLE
            findings.add("witnesses", code, "quorum", f"too few witnesses: {words}")
        return words if self.is_given else f"{words} by the folder's own {SETTINGS} (give yours with --witnesses)"


def ago(said: str) -> str:
    """How long ago a time was, in words; '' for one that cannot be read."""
    try:
        seconds = int(time.time()) - clock.seconds(said)
    except ValueError:
        return ""
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= unit:
            return f"{seconds // unit} {name}{'' if seconds < 2 * unit else 's'} ago"
    return "in the future" if seconds < -300 else "just now"


def _own(directory: str, findings: Findings) -> Settings | None:
    from gitward.audit.witness.settings import load

    try:
        return load(directory)
    except (GitwardError, OSError) as problem:
        findings.add("witnesses", WHOLE, SETTINGS, f"cannot be used: {problem}")
        return None


def _looked(directory: str, witness: Witness) -> Vouched:
    from gitward.audit.witness import cosigner, gitref, timestamp

    try:
        if witness.kind == "git":
            found = gitref.look(directory, witness, 0, online=False)
        else:
            found = (cosigner if witness.kind == "cosigner" else timestamp).look(directory, witness)
    except NoWitness as problem:
        return Vouched(witness=witness, problem=str(problem))
    except (GitwardError, OSError, ValueError, OverflowError) as problem:
        return Vouched(witness=witness, problem=f"cannot be read: {problem}")
    if found is None:
        return Vouched(witness=witness, problem="has vouched for nothing that is kept here")
    return Vouched(witness=witness, time=found[0], claim=Claim(f"witness {witness.name}", found[1], is_kept=False))


def _judged(each: Vouched, origin: str, walk: Walk, findings: Findings) -> bool:
    """Whether it vouches for what the lines hold."""
    name, claim = f"witness {each.witness.name}", each.claim
    if claim is None:
        findings.add("witnesses", WHOLE, name, each.problem)
        return False
    size, when = claim.said.size, f"{each.time}, {ago(each.time)}"
    if claim.said.origin != origin:
        findings.add("witnesses", WHOLE, name, "has vouched for another log")
    elif size > walk.size:
        message = f"has vouched for {entries(size)} ({when}), and the log ends before entry {walk.size}"
        findings.add("witnesses", walk.unread or BROKEN, name, message)
    elif claim.root is None:
        findings.add("witnesses", WHOLE, name, f"has vouched for {entries(size)} ({when}), of which not all are here")
    elif not claim.agrees:
        findings.add("witnesses", BROKEN, name, f"has vouched for other {size} entries than these ({when})")
    else:
        message = f"vouches for {size} of {entries(walk.size)} ({each.witness.kind}, {when})"
        findings.add("witnesses", WHOLE, name, message)
        return True
    return False
