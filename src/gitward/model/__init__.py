"""Facts about a change, and the results of judging it. Every type is a frozen record; nothing here does I/O.

Text that Git does not promise to be UTF-8 (names, messages, refs, paths) is `str` decoded with `surrogateescape`: a byte
that did not decode is a lone surrogate U+DC80..U+DCFF, so nothing is lost and nothing raises. Renderers escape it.
"""

from __future__ import annotations

from gitward.model.access import ACTIONS, Duty, Grant, Group, WaiverRight
from gitward.model.change import Actor, Change, Totals
from gitward.model.facts import (
    Commit,
    File,
    Ident,
    Message,
    Oid,
    Question,
    RefUpdate,
    Tag,
    Trailer,
    is_zero,
)
from gitward.model.policy import BASELINE, BUILT_IN, FILE_NAME, Entry, Landing, Policy
from gitward.model.pushes import PushCertificate, SignedPush
from gitward.model.request import UNLIMITED, ActorClaim, CertificateClaim, Host, Limits, Range, RawUpdate, Request
from gitward.model.results import (
    KEPT_VIOLATIONS,
    OUTCOME_OF_CODE,
    OUTCOMES,
    Brought,
    Decision,
    Failure,
    PolicyInfo,
    Result,
    Violation,
    Waived,
    WaiverUsed,
    violation,
)
from gitward.model.signatures import (
    STATUSES,
    UNSIGNED,
    Finding,
    KeylessKey,
    OpenPgpKey,
    Principal,
    Proof,
    Signature,
    SignatureResult,
    Signed,
    SshKey,
    Trust,
    X509Key,
)
from gitward.model.statements import Approval, Closing, Decided, Evidence, JudgedBy, Revocation, Statement, Waiver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model.access import Action as Action
    from gitward.model.facts import Ancestry as Ancestry
    from gitward.model.facts import Answer as Answer
    from gitward.model.facts import Stage as Stage
    from gitward.model.facts import TicketState as TicketState
    from gitward.model.results import Outcome as Outcome
    from gitward.model.signatures import Signer as Signer
    from gitward.model.signatures import Status as Status
    from gitward.model.signatures import UnknownFirstSeen as UnknownFirstSeen
    from gitward.model.signatures import Validity as Validity

__all__ = [
    "ACTIONS", "BASELINE", "BUILT_IN", "FILE_NAME", "KEPT_VIOLATIONS", "OUTCOMES", "OUTCOME_OF_CODE", "STATUSES",
    "UNLIMITED", "UNSIGNED", "Actor", "ActorClaim", "Approval", "Brought", "CertificateClaim", "Change", "Closing",
    "Commit", "Decided", "Decision", "Duty", "Entry", "Evidence", "Failure", "File", "Finding", "Grant", "Group", "Host",
    "Ident", "JudgedBy", "KeylessKey", "Landing", "Limits", "Message", "Oid", "OpenPgpKey", "Policy", "PolicyInfo",
    "Principal", "Proof", "PushCertificate", "Question", "Range", "RawUpdate", "RefUpdate", "Request", "Result",
    "Revocation", "Signature", "SignatureResult", "Signed", "SignedPush", "SshKey", "Statement", "Tag", "Totals", "Trailer",
    "Trust", "Violation", "Waived", "Waiver", "WaiverRight", "WaiverUsed", "X509Key", "is_zero", "violation",
]  # fmt: skip
