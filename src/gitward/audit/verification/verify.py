"""Verify a log's folder against checkpoints, and say what holds, what does not, and how far."""

from __future__ import annotations

import json
import os
import re

from gitward.audit import folder
from gitward.audit.folder import About
from gitward.audit.logkeys import KeyHistory
from gitward.audit.verification import claims
from gitward.audit.verification.findings import ASPECTS, BROKEN, INCOMPLETE, UNVERIFIABLE, WHOLE, Finding, Findings, worst
from gitward.audit.verification.report import Counts, Held, Missing, Report
from gitward.audit.verification.vouched import Vouching
from gitward.audit.verification.walk import Walk
from gitward.canonical import canonical
from gitward.errors import GitwardError
from gitward.regularfile import content, why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.audit.verification.claims import Claim
    from gitward.audit.witness.settings import Settings
    from gitward.tlog.note import PublicKey



def verify(
    directory: str, kept: Iterable[tuple[str, bytes]] = (), key: PublicKey | None = None, witnesses: Settings | None = None,
) -> Report:  # fmt: skip
    """Verify the log in a folder, which nobody else need trust, against checkpoints (name, bytes) that the verifier kept.

    `key` is one that the verifier trusts; without it the log's own word for its first key is taken. `witnesses` are those that
    the verifier trusts; without them those of the folder's settings are looked at. Nothing is written.
    Raises GitwardError where no log is there, OSError where the folder cannot be read.
    """
    findings = Findings()
    said = _about(directory, findings)
    own = claims.own(directory, findings)
    held = [claim for name, data in kept if (claim := claims.kept(name, data, findings))]
    sizes = [own.said.size] if own else [claim.said.size for claim in held]
    vouching = Vouching(directory, witnesses, findings)
    walk = Walk(directory, held + ([own] if own else []) + vouching.claims, max(sizes, default=0), findings)
    walk.run()
    if said is None and own is None and not walk.segments and walk.sayings.about is None:
        raise GitwardError(f"{directory} holds no log", "name the folder in which log.json and the segments stand")
    about = walk.sayings.about or said
    origin = about.origin if about else own.said.origin if own else ""
    if walk.sayings.about is None and walk.gaps and walk.gaps[0].first == 0:
        findings.add("lines", INCOMPLETE, "seq 0", "entry 0, which names the log and its first key, is not there", 0)
    keys = walk.sayings.keys or _history(about, findings)
    if walk.sayings.about and said and said != walk.sayings.about:
        findings.add("files", BROKEN, folder.ABOUT, "does not say what entry 0 says")
    trusted = (key,) if key else ()
    if key:
        _judge_key(key, keys, findings)
    if own:
        claims.judge_own(own, origin, keys, trusted, findings, has_gaps=bool(walk.gaps))
    for claim in held:
        claims.judge_kept(claim, origin, keys, trusted, findings)
    return _Conclusion(walk, findings, own, held).report(about, origin, key, vouching.judge(origin, walk, findings))


class _Conclusion:
    """The whole log was read: which entries are covered, and what that makes of all that was found."""

    def __init__(self, walk: Walk, findings: Findings, own: Claim | None, kept: list[Claim]) -> None:
        self.walk, self.findings, self.own, self.kept = walk, findings, own, kept
        self.usable = [claim for claim in (own, *kept) if claim and claim.is_usable]
        self.covered = max((claim.said.size for claim in self.usable), default=0)

    def report(self, about: About | None, origin: str, key: PublicKey | None, vouched: str) -> Report:
        walk, findings = self.walk, self.findings
        for claim in self.usable:
            self._root(claim)
        if not self.covered:
            findings.add("root", UNVERIFIABLE, claims.OWN, "no checkpoint that can be used covers any entry")
        if self.own and any(claim.said.size > self.own.said.size for claim in self.kept if claim.is_usable):
            findings.add("last seen", WHOLE, claims.OWN, f"covers {self.own.said.size} entries only, fewer than were seen before")
        missing = tuple(self._missing())
        walk.evidence.conclude()
        walk.values.conclude()
        every = [finding for aspect in ASPECTS for finding in findings.of(aspect)]
        beyond = [each for each in every if self._is_beyond(each)]
        found = [each for each in every if not self._is_beyond(each)]
        return Report(
            code=worst({each.code for each in found}),
            origin=origin,
            key=about.key if about else "",
            is_key_given=key is not None,
            entries=walk.size,
            lines=walk.lines,
            segments=walk.segments,
            covered=self.covered,
            since=walk.times.get(self.covered, ""),
            newest=walk.received,
            torn=walk.torn,
            tiles=walk.growth.checked,
            checkpoints=tuple(self._held(claim) for claim in (self.own, *self.kept) if claim),
            unknown_signatures=self._unknown_signatures(),
            vouched=vouched,
            missing=missing,
            evidence=Counts(present=walk.evidence.present, erased=walk.evidence.erased, missing=walk.evidence.missing,
                            unfit=walk.evidence.unfit),
            personal=Counts(present=walk.values.present, erased=walk.values.erased, missing=walk.values.missing,
                            unfit=walk.values.unfit, secret=walk.values.secret),
            found=tuple(found),
            beyond=tuple(beyond),
            more=tuple((aspect, count) for aspect in ASPECTS if (count := findings.more(aspect))),
        )  # fmt: skip

    def _is_beyond(self, finding: Finding) -> bool:
        """Whether it is about an entry that no checkpoint covers. Where none covers any, everything counts."""
        return self.covered > 0 and finding.seq is not None and finding.seq >= self.covered

    def _root(self, claim: Claim) -> None:
        size, walk = claim.said.size, self.walk
        aspect = "last seen" if claim.is_kept else "root"
        if size > walk.size:
            code = walk.unread or BROKEN
            gone = size - walk.size
            message = f"the log ends before entry {walk.size}, and the checkpoint covers {size} entries: {gone} are gone"
            self.findings.add(aspect, code, claim.name, message, walk.size)
        elif claim.root is None:
            self.findings.add("root", INCOMPLETE, claim.name, f"the root over {size} entries cannot be computed: entries are "
                              "missing, and so are their tiles")  # fmt: skip
        elif not claim.agrees:
            self.findings.add(aspect, BROKEN, claim.name, f"the first {size} entries have another root than the checkpoint: "
                              f"{self._suspects(size)}")  # fmt: skip

    def _suspects(self, size: int) -> str:
        """Where the log can differ from what a checkpoint covers."""
        agreed = max((claim.said.size for claim in self.usable if claim.agrees and claim.said.size < size), default=0)
        first = min((each.seq for aspect in ("lines", "chain", "tiles") for each in self.findings.of(aspect)
                     if each.code == BROKEN and each.seq is not None and agreed <= each.seq < size
                     and not re.match("tile/[1-9]", each.place)), default=-1)  # fmt: skip
        if first >= 0:
            return f"entry {first} is the first at which something does not fit"
        return f"some of the entries {agreed} to {size - 1} are others than it was signed for, in a chain and tiles made to fit"

    def _missing(self) -> Iterable[Missing]:
        for gap in self.walk.gaps:
            by = self._pruned_by(gap.first, gap.before)
            if by < 0:
                message = (f"entries {gap.first} to {gap.before - 1} are not there, and no entry under a checkpoint says that "
                           "they were pruned")  # fmt: skip
                self.findings.add("missing", INCOMPLETE, f"seq {gap.first}", message, gap.first)
            yield Missing(first=gap.first, last=gap.before - 1, after=gap.after, until=gap.until, pruned_by=by)

    def _pruned_by(self, first: int, before: int) -> int:
        """The seq of the entry under a checkpoint that says that all of this was pruned, -1 where none does."""
        reached, by = first, -1
        for start, end, seq in sorted(self.walk.sayings.pruned):
            if seq < self.covered and start <= reached < end:
                reached, by = end, seq
        return by if reached >= before else -1

    def _held(self, claim: Claim) -> Held:
        if not claim.is_usable:
            outcome = "unusable"
        elif claim.said.size > self.walk.size:
            outcome = "shorter"
        else:
            outcome = "unknown" if claim.root is None else "agrees" if claim.agrees else "differs"
        signers = tuple(str(key) for key in claim.signers)
        return Held(name=claim.name, size=claim.said.size, outcome=outcome, is_kept=claim.is_kept, signers=signers)

    def _unknown_signatures(self) -> tuple[str, ...]:
        """The names under the log's own checkpoint that are not the log's."""
        if not self.own or not self.own.said.note:
            return ()
        known = {(key.name, key.hint) for key in self.own.signers}
        return tuple(each.name for each in self.own.said.note.signatures[:100] if (each.name, each.hint) not in known)


def _about(directory: str, findings: Findings) -> About | None:
    """What log.json says; it must be exactly what gitward writes."""
    try:
        data = content(os.path.join(directory, folder.ABOUT), 1 << 16)
        plain = json.loads(data.decode())
        if canonical(plain) + b"\n" != data:
            raise ValueError
        return folder.about_of(plain)
    except FileNotFoundError:
        if not os.path.isdir(directory):
            raise GitwardError(f"{directory} holds no log", "name the folder in which log.json and the segments stand") from None
        findings.add("files", INCOMPLETE, folder.ABOUT, "is missing: what the log is called, and its first key")
    except OSError as problem:
        findings.add("files", UNVERIFIABLE, folder.ABOUT, f"cannot be read: {why(problem)}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        findings.add("files", BROKEN, folder.ABOUT, "is not what gitward writes")
    return None


def _history(about: About | None, findings: Findings) -> KeyHistory | None:
    try:
        return KeyHistory(about) if about else None
    except GitwardError as problem:
        findings.add("signature", BROKEN, folder.ABOUT, problem.message)
        return None


def _judge_key(key: PublicKey, keys: KeyHistory | None, findings: Findings) -> None:
    """The key that the verifier trusts must be one of this log's."""
    known = keys.signers(1) + keys.signers(1 << 62) if keys else ()
    if key in known:
        return
    if any(each.name == key.name for each in known):
        findings.add("signature", BROKEN, "--key", "the log names other keys than this one")
    else:
        findings.add("signature", UNVERIFIABLE, "--key", "is the key of another log")
