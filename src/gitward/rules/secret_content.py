r"""`secret-content`: what a commit adds to its files holds no secret that is known by its shape.

## What it checks

The lines that a commit adds or changes, and the paths, for

- tokens that a provider marks as its own, by prefix, characters and exact length, and by the checksum where that is
  published: of GitHub, GitLab, npm, PyPI, RubyGems, Docker, AWS, Google, Azure, Slack, Discord, Telegram, Stripe, Twilio,
  SendGrid, OpenAI, Anthropic, Hugging Face and some forty more;
- private keys with a body: PEM, OpenSSH, OpenPGP, age; on lines of their own or in a string, with a passphrase or without;
- URLs with a password, `https://ann:...@host`.

What somebody typed to stand for a token is none: words such as `EXAMPLE`, runs such as `xxxxxx` and `123456`, repeats, too
few different characters, a checksum that does not hold; in URLs also hosts of examples, hosts without a dot, and
passwords without a digit. Every file is read as bytes, a binary one too.

**The secret itself is never shown**: a report has its kind, its place, and its fingerprint, the first twelve hex digits of
the token's SHA-256. Whoever has a token can find it by that (`printf %s TOKEN | sha256sum`), and nobody can guess it, for a
token is 80 random bits at least. A password is not, so the fingerprint of a URL is made without it, of `://USER@HOST`; that
of a private key of the first 256 characters of its body.

- `allow`: patterns of paths that are not judged; `/` at the beginning is the top of the tree, `x/` is all below `x`.
- `known`: fingerprints of what is no secret, or one no more.
- `unless_kinds`: kinds that are not looked for. `gitward policy schema` lists all.

## Why

A secret in a repository is in every clone, and stays there when a later commit takes it away. It has to be revoked; that
it never arrives is cheaper.

In the examples `\x67` stands for the letter g, so that this page is not taken for a leak.

## Rejected

```files
src/app.py old=100644
    TOKEN = "\x67hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
```

```files
deploy/settings.ini
    [remote]
    url = https://ann:h7K\x64-92jsP\x71w@10.20.30.40/repository
```

## Accepted

```files
src/app.py
    TOKEN = os.environ["GITHUB_TOKEN"]
    EXAMPLE = "\x67hp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    HEADER = "-----BEGIN PRIVATE KEY-----"
```

```files known=976b57ee8acd
src/app.py
    TOKEN = "\x67hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
```

```files allow=/tests/
tests/app.py
    TOKEN = "\x67hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
```

## Limits

A password or a token without a shape of its own is not found, nor one that is encoded, compressed or cut in two. JSON web
tokens and Stripe's test keys are not looked for: most of them open nothing. A pointer of Git LFS is read, what it points
to is not. A file that was not read, because it is too large, leaves the commit undecided: name it in `allow`. Of one file
the first hundred secrets are told. A message of a commit is not read.
What a tag of a blob or a tree holds is in no commit and is not read: such a tag is refused.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import violation
from gitward.pathglobs import matches_path, only_takes_out, shown
from gitward.record import record
from gitward.secretshapes import added_secrets, masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit, File, Violation
    from gitward.rules.options import Fingerprint, PathGlob, SecretKind

_NO_BLOB = ("", "160000")
_TOLD = 100  # secrets of one file


@record
class SecretContent:
    allow: tuple[PathGlob, ...] = ()
    known: tuple[Fingerprint, ...] = ()
    unless_kinds: tuple[SecretKind, ...] = ()

    name = "secret-content"
    needs = ("paths", "content")
    default_refs = ("refs/**",)
    first = False

    def conflict(self) -> str:
        return only_takes_out(allow=self.allow)

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.files is None:
            raise Undecided("the files of the commit were not loaded", "", "not-loaded")
        for file in commit.files:
            if file.mode not in _NO_BLOB and not (self.allow and matches_path(self.allow, file.path)):
                yield from self._in_file(file)

    def _in_file(self, file: File) -> Iterator[Violation]:
        path = shown(file.path)
        if file.content is None or file.added is None:
            message = f"{path} was not read, so nobody knows what it holds"
            raise Undecided(message, "where it may hold anything, name it in `allow`", "not-read")
        for kind, fingerprint in masked(file.path)[1]:
            if self._counts(kind, fingerprint):
                yield _violation(kind, fingerprint, f"the path {path}")
        told = 0
        for line, kind, fingerprint in added_secrets(file.content, file.added):
            if self._counts(kind, fingerprint):
                yield _violation(kind, fingerprint, f"{path}, line {line}")
                told += 1
                if told == _TOLD:
                    return

    def _counts(self, kind: str, fingerprint: str) -> bool:
        return kind not in self.unless_kinds and fingerprint not in self.known


def _violation(kind: str, fingerprint: str, place: str) -> Violation:
    fix = f"take it out of the commit and revoke it; where it is none, add {fingerprint} to `known`"
    return violation(message=f"{kind} in {place}, fingerprint {fingerprint}", fix=fix)
