"""`signed-commit`: every commit carries a good signature by somebody whom the policy knows.

## What it checks

The signature in the commit's own header: OpenPGP, SSH or X.509, gitsign's keyless ones among them. It is good when the bytes
are as they were signed, the key is one that the policy lists under `principals`, it was valid and not revoked at the time that
counts, and the principal has the address that the commit claims, if it lists any. docs/signatures.md has every status.

- `formats`: which of `openpgp`, `ssh` and `x509` count; left out, all.
- `signer`: whose address, the `author`'s, the `committer`'s (the default) or `either`, must be one of the signing principal's.
- `merges`: `judge` (the default), or `skip` to leave merge commits out.
- `validity`: at which time the key must have been valid: when the commit was `first-seen` (the default), when the `signature`
  says it was made, or `now`.
- `unknown_first_seen`: what counts where nobody knows when the commit was first seen: `now` (the default) or `signature`.
- `forges`: what becomes of a commit that a forge made and signed, as its merge button does: `refuse` (the default), or `exempt`.
  It is never counted as its author's signature.

## Why

Author and committer are what somebody typed. Only a signature shows who it was, and that nobody has changed the commit since.

## Rejected

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit signer=either
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Bob <bob@example.com> 1700000000 +0000

fix: handle UTF-8
```

## Accepted

```commit signed=ann@example.com
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit signed=ann@example.com signer=either
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Bob <bob@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

## Limits

`commit-msg` runs before the signature is made: there the rule is not applicable. A key on a disk signs for whoever can read
it; a signature shows that the key was used. The times in commit and signature are the signer's word: with `validity: signature`
an expired key verifies again when its owner sets them back. With `forges: exempt`, whoever may press the forge's buttons gets
commits in without a signature of their own.
"""

from __future__ import annotations

from gitward.errors import Excused, Undecided
from gitward.model import violation
from gitward.record import record
from gitward.validity import in_words, judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import MinLen
    from gitward.model import Commit, Violation

FIXES = {
    "unsigned": "git commit --amend --no-edit -S, or sign all: git rebase --exec 'git commit --amend --no-edit -S' BASE",
    "unknown-key": "sign with a key that the policy lists, or have the key listed under `principals`",
    "principal-mismatch": "commit under an address of yours that the policy lists, or sign as who you claim to be",
    "expired": "sign again with a key that is valid now",
    "revoked-hard": "sign again with a key that is not revoked",
    "revoked-soft": "sign again with a key that is not revoked",
    "weak": "sign again with SHA-256 or better and a longer key",
}


@record
class SignedCommit:
    formats: Annotated[tuple[Literal["openpgp", "ssh", "x509"], ...], MinLen(1)] = ("openpgp", "ssh", "x509")
    signer: Literal["author", "committer", "either"] = "committer"
    merges: Literal["judge", "skip"] = "judge"
    validity: Literal["first-seen", "signature", "now"] = "first-seen"
    unknown_first_seen: Literal["now", "signature"] = "now"
    forges: Literal["refuse", "exempt"] = "refuse"

    name = "signed-commit"
    needs = ("object", "signature")
    default_refs = ("refs/**",)
    first = False
    judges_malformed = True

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        signature = commit.signature
        if signature is None:
            raise Undecided("the signature was not read", reason="error")
        result = judged(
            signature, commit.author, commit.committer,
            validity=self.validity, unknown_first_seen=self.unknown_first_seen, signer=self.signer,
        )  # fmt: skip
        if result.status != "good":
            fix = FIXES.get(result.status, "sign it again: git commit --amend --no-edit -S")
            yield violation(message=in_words(result)[:200], fix=fix)
        elif result.format not in self.formats:
            text = f"signed with {result.format}, here {', '.join(self.formats)} count{'s' * (len(self.formats) == 1)}"
            yield violation(message=text, fix="git config gpg.format, then git commit --amend --no-edit -S")
        elif signature.forge:
            name = signature.finding.principal.removeprefix("forge:")
            if self.forges == "exempt":
                raise Excused(f"made and signed by the forge {name}")
            yield violation(
                message=f"made and signed by the forge {name}, which is nobody's signature",
                fix="merge with git, and push; or let such commits go: forges: exempt",
            )
