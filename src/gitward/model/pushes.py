"""A push certificate: what was signed, and what a rule is told of it."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model.signatures import Signature, Signed


@record
class PushCertificate:
    """A push certificate (git-push(1), --signed) as it was signed: claims until its signature is verified.

    `pusher` is a name and address, or a key, as the pusher's git wrote it; `time` is the pusher's, seconds since 1970.
    `pushee` is the repository as it was typed. `options` are the push options, `commands` (old, new, ref) as sent.
    `malformed` is '' or the reason why the bytes are no push certificate.
    """

    pusher: str
    time: int
    pushee: str
    nonce: str
    options: tuple[str, ...]
    commands: tuple[tuple[str, str, str], ...]
    signed: Signed
    malformed: str = ""


@record
class SignedPush:
    """A push certificate as it came with a push, with all that a rule asks about it.

    `problem` says why it could not be looked at, and then nothing else of it counts. `nonce` is '' where its nonce is one that
    this repository gave out, at the time `given_out`, else why not; `slop` is by how many seconds it is older than the nonce of
    its own connection, which over HTTP it may be. `differs` says in what the push does something else than was signed, ''
    where it does not. `is_new`: this signed text was never accepted before. `signatures` is what each policy's trust says, in
    the order of the policies, `signature` that of the policy whose rule is judging.
    """

    certificate: PushCertificate
    problem: str = ""
    nonce: str = ""
    given_out: int = 0
    slop: int = 0
    differs: str = ""
    is_new: bool = True
    signatures: tuple[Signature | None, ...] = ()
    signature: Signature | None = None
