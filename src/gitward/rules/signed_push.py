"""`signed-push`: every push is signed by somebody whom the policy knows, for this repository, and counts once.

## What it checks

The push certificate that `git push --signed` sends: a text that names who pushes, where to, and each ref update, signed with
the key that signs commits. It is read from the repository and verified by the policy's own `principals`; what git and the
environment say of it counts for nothing that could let a push in. It must be signed by a key that is valid when it arrives, hold
exactly the ref updates and push options of this push, and a nonce that this repository gave out; and its text must be new.

- `push_urls`: the URLs of this repository, as its people write them in `git push` and `git remote`; it must be given. The
  certificate must name one of them; user, standard port, doubled slashes and the ending `.git` make no difference.
- `slop`: over HTTP the nonce is given out in one connection and comes back in the next; it may be so much older, as in `30s`;
  the default is 0. With git's own `receive.certNonceSlop` set, git lets that much go before this rule sees it.
- `formats`: which of `openpgp`, `ssh` and `x509` count; left out, all.

## Why

A signed commit shows who made it, not who put it on `main`. Who may write the server's files, or holds somebody's password or
SSH session, can move a ref; with a certificate the log shows who did, and nobody else can have.

## Rejected

```push push_urls=https://git.example.com/x.git
```

```push push_urls=https://git.example.com/x.git
signed=ann
pushee=https://git.example.com/y.git
```

```push push_urls=https://git.example.com/x.git
signed=ann
pushee=https://git.example.com/x.git
is_new=no
```

```push push_urls=https://git.example.com/x.git slop=30
signed=ann
pushee=https://git.example.com/x.git
slop=31
```

## Accepted

```push push_urls=https://git.example.com/x.git
signed=ann
pushee=https://git.example.com/x.git
```

```push push_urls=git@git.example.com:x.git,https://git.example.com/x slop=30
signed=ann
pushee=git.example.com:x
slop=30
```

## Limits

The server needs `receive.certNonceSeed`, a secret of its own for each repository; `gitward install --server` makes one, and
`gitward doctor` looks for it. A relative path, as in `git push ../x.git`, names no repository and is never one of `push_urls`.
A merge button of a forge pushes without a certificate. A text counts as used when its push was denied, too: push again, and git
signs anew. Only pre-receive sees a certificate. A warning, or a policy that is not enforced, lets unsigned pushes in.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import Violation
from gitward.pushees import is_whole, normal
from gitward.record import record
from gitward.validity import judged_push, objection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import Le, MinLen
    from gitward.model import Change
    from gitward.model import SignedPush as Certificate
    from gitward.rules.options import Duration, Words

_AGAIN = "git push --signed"
_FIXES = {
    "unknown-key": "sign with a key that the policy lists, or have the key listed under `principals`",
    "expired": "sign with a key that is valid now",
    "revoked-hard": "sign with a key that is not revoked",
    "revoked-soft": "sign with a key that is not revoked",
    "weak": "sign with SHA-256 or better and a longer key",
    "good": "sign as yourself, in a format that counts: git config gpg.format",
}


@record
class SignedPush:
    push_urls: Words
    slop: Annotated[Duration, Le(86_400)] = 0
    formats: Annotated[tuple[Literal["openpgp", "ssh", "x509"], ...], MinLen(1)] = ("openpgp", "ssh", "x509")

    name = "signed-push"
    needs = ("certificate",)
    default_refs = ("refs/**",)
    first = False

    def conflict(self) -> str:
        unclear = next((url for url in self.push_urls if not is_whole(url)), None)
        return "" if unclear is None else f"{unclear!r} names no repository by itself: write the whole URL"

    def check_push(self, change: Change) -> Iterator[Violation]:
        signed = change.certificate
        if signed is None:
            yield Violation(message="the push is not signed", fix=f"{_AGAIN}, or for all: git config push.gpgSign true")
            return
        if signed.problem:
            raise Undecided(f"the push certificate could not be looked at: {signed.problem}")
        certificate = signed.certificate
        if certificate.malformed:
            yield Violation(message=f"the push certificate is malformed: {certificate.malformed}"[:200], fix=_AGAIN)
            return
        yield from self._signature(signed)
        if normal(certificate.pushee) not in map(normal, self.push_urls):
            yield Violation(
                message=f'the push was signed for "{certificate.pushee[:80]}", which is none of this repository\'s URLs',
                fix=f"push to one of {', '.join(self.push_urls[:5])}",
            )
        if signed.differs:
            yield Violation(message=f"the push is not what was signed: {signed.differs}", fix=_AGAIN)
        if signed.nonce:
            yield Violation(message=f"the push certificate is not fresh: {signed.nonce}", fix=f"push again: {_AGAIN}")
        elif signed.slop > self.slop:
            yield Violation(
                message=f"the push certificate is not fresh: its nonce is {signed.slop} s old, {self.slop} s are allowed",
                fix=f"push again: {_AGAIN}",
            )
        if not signed.is_new:
            yield Violation(message="this very push was signed and sent before", fix=f"push again: {_AGAIN}")

    def _signature(self, signed: Certificate) -> Iterator[Violation]:
        if signed.signature is None:
            raise Undecided("the signature of the push was not read", reason="error")
        result = judged_push(signed.signature)
        if against := objection("the push", signed.signature, result, self.formats):
            yield Violation(message=against, fix=_FIXES.get(result.status, _AGAIN))
