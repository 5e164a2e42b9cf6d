"""`secret-files`: no file is added or changed whose name says that it holds secrets.

## What it checks

The names of the files that a commit adds or changes, whatever stands in them, without regard to case:

| what | names |
|---|---|
| SSH keys | `id_rsa`, `id_dsa`, `id_ecdsa`, `id_ed25519`, also with `_sk`; `ssh_host_*_key`, `*.ppk` |
| private keys | `*.pem`, `*.p8`, `*.pvk`; `.key` after `private`, `privkey`, `server`, `client`, `ca`, `tls`, `ssl` |
| the same, named | `*-private.key`, `*_private.key`, `secring.gpg`, `private-keys-v1.d/` |
| key stores | `*.p12`, `*.pfx`, `*.pkcs12`, `*.jks`, `*.keystore`, `*.bks`, `*.keytab` |
| password stores | `*.kdbx`, `*.kdb`, `*.agilekeychain/`, `*.keychain`, `*.keychain-db`, `key3.db`, `key4.db` |
| log-ins | `.env`, `.env.*`, `.netrc`, `_netrc`, `.htpasswd`, `.git-credentials`, `.vault-token`, `sftp-config.json` |
| of data stores | `.pgpass`, `.my.cnf`, `.mylogin.cnf`, `.s3cfg`, `.boto` |
| of package hosts | `.pypirc`, `.gem/credentials`, `.cargo/credentials`, `.cargo/credentials.toml`, `.terraformrc` |
| of containers | `.dockercfg`, `.dockerconfigjson`, `.docker/config.json`, `.kube/config` |
| of clouds | `.aws/credentials`, `aws/credentials`, `accessTokens.json`, `application_default_credentials.json` |
| the same, named | `service-account*.json`, `service_account*.json`, `*-service-account.json`, `client_secret*.json` |
| state | `*.tfstate`, `*.tfstate.backup` |
| Rails | `config/master.key`, `config/credentials/*.key` |
| what was typed | `.bash_history`, `.zsh_history`, `.psql_history`, `.mysql_history`, `.python_history` |

Not refused are samples (`.env.` and then a part `example`, `sample`, `template`, `dist`, `defaults`, `schema` or `vault`),
the bundles of public certificates `cacert.pem`, `cacerts.pem`, `ca-bundle.pem` and `ca-certificates.pem`, `*.pub.pem`,
`*.crt.pem`, `*.cert.pem`, `*.csr.pem`, and `debug.keystore`, which every Android developer has. A symbolic link or a
submodule of such a name holds nothing, and taking a file away is always right.

- `deny`: patterns of more files that hold secrets.
- `allow`: patterns of files that are let through, of whatever name.

A pattern without a leading `/` matches at any depth, with one from the top of the tree; `*` stands for what is within a
part, `**` goes across, `x/` is all below `x`, and a leading `!` takes out.

## Why

A key in a repository is in every clone of it, and stays there when a later commit takes it away. What such files hold
often has no shape that could be told from other text, so the name is what gives them away.

## Rejected

```files
deploy/id_ed25519
```

```files
config/.env
    LEVEL=debug
```

```files
certs/Server.PEM old=100644
```

```files deny=*.key
pump.key
```

## Accepted

```files
deploy/id_ed25519.pub
config/.env.example
.env/bin/activate
```

```files
certs/server.pem old=100644 mode=
```

```files allow=/tests/
tests/certs/server.pem
```

## Limits

A name says little: a `.pem` may well be a public certificate, and a key may be called anything (`secret-content` knows
some by what they look like). `.npmrc`, `.envrc`, `*.key` and the settings of web applications are often there without
a secret, so they are not in the list: add them with `deny` where they matter. Keys that belong to tests are refused as
well, until `allow` names their folder.
What a tag of a blob or a tree holds is in no commit and is not read: such a tag is refused.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import violation
from gitward.pathglobs import matches_path, only_takes_out, pattern_of, shown
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit, Violation
    from gitward.rules.options import PathGlob

_LISTED = """
    id_rsa id_dsa id_ecdsa id_ed25519 id_ecdsa_sk id_ed25519_sk ssh_host_*_key *.ppk
    *.pem *.p8 *.p12 *.pfx *.pkcs12 *.pvk *.jks *.keystore *.bks *.keytab
    private.key privkey.key server.key client.key ca.key tls.key ssl.key *-private.key *_private.key
    secring.gpg private-keys-v1.d/
    *.kdbx *.kdb *.agilekeychain/ *.keychain *.keychain-db key3.db key4.db
    .env .env.* .netrc _netrc .pgpass .my.cnf .mylogin.cnf .s3cfg .boto .htpasswd .vault-token sftp-config.json
    .git-credentials .pypirc .gem/credentials .cargo/credentials .cargo/credentials.toml .terraformrc
    .dockercfg .dockerconfigjson .docker/config.json
    .aws/credentials aws/credentials .kube/config accessTokens.json application_default_credentials.json
    service-account*.json service_account*.json *-service-account.json client_secret*.json *.tfstate *.tfstate.backup
    config/master.key config/credentials/*.key
    .bash_history .zsh_history .psql_history .mysql_history .python_history
    !cacert.pem !cacerts.pem !ca-bundle.pem !ca-certificates.pem !*.pub.pem !*.crt.pem !*.cert.pem !*.csr.pem
    !debug.keystore
"""
_SAMPLES = tuple(
    f"!.env.{place}"
    for sample in ("example", "sample", "template", "dist", "defaults", "schema", "vault")
    for place in (sample, f"{sample}.*", f"*.{sample}")
)
_NAMES = (*_LISTED.split(), *_SAMPLES)
_NO_FILE = ("", "120000", "160000")  # nothing is there, or a link, or a submodule
_FIX = "take it out of the commit and into .gitignore; what it held is no secret any more once it was pushed"


@record
class SecretFiles:
    deny: tuple[PathGlob, ...] = ()
    allow: tuple[PathGlob, ...] = ()

    name = "secret-files"
    needs = ("paths",)
    default_refs = ("refs/**",)
    first = False

    def conflict(self) -> str:
        return only_takes_out(deny=self.deny, allow=self.allow)

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.files is None:
            raise Undecided("the paths of the commit were not loaded", "", "not-loaded")
        for file in commit.files:
            if file.mode in _NO_FILE:
                continue
            pattern = self._pattern(file.path)
            if pattern and not matches_path(self.allow, file.path):
                message = f"the name of a file that holds secrets: {shown(file.path)}, by the pattern {pattern[:60]}"
                yield violation(message=message, fix=_FIX)

    def _pattern(self, path: bytes) -> str:
        """The pattern that says it holds secrets, '' where none does."""
        found = pattern_of(_NAMES, path, ignore_case=True)
        return found or (pattern_of(self.deny, path, ignore_case=True) if self.deny else "")
