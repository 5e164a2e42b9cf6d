from __future__ import annotations

import sys

import pytest
from hostile import every_class
from judging import Case, accepts, assert_well_formed, changing, commit, file, judge, rejects

from gitward.errors import Undecided
from gitward.model import File
from gitward.rules import load
from gitward.rules.secret_files import _NAMES
from timing import cpu_within

SAYS = "a file that holds secrets"


def named(*paths: str | bytes) -> object:
    return changing(*(file(path) for path in paths))


def case(path: str | bytes, **options: tuple[str, ...]) -> Case:
    return rejects(named(path), SAYS, (None, None), **options)


REJECTED = [
    *map(case, (
        "id_rsa", "a/b/id_ed25519", "ID_RSA", "etc/ssh_host_rsa_key", "putty.ppk", "server.pem", "certs/Server.PEM",
        "AuthKey_X.p8", "a.p12", "a.pfx", "release.jks", "app.keystore", "host.keytab", "server.key", "my-private.key",
        "gnupg/secring.gpg", ".gnupg/private-keys-v1.d/AB.key", "own.kdbx", "x.agilekeychain/data/default/1password.keys",
        ".env", "app/.env", ".env.local", ".env.production", ".netrc", "_netrc", ".pgpass", ".htpasswd", ".git-credentials",
        ".pypirc", ".cargo/credentials.toml", ".docker/config.json", "home/.aws/credentials", ".kube/config",
        "service-account.json", "service_account_prod.json", "gcp-service-account.json", "client_secret_1.apps.json",
        "infra/terraform.tfstate", "config/master.key", "config/credentials/production.key", ".bash_history",
    )),
    rejects(changing(file(".env", old="100644")), SAYS),
    rejects(changing(file(".env", mode="100755", old="100644")), SAYS),
    rejects(changing(file("README"), file("a/.env")), '"a/.env", by the pattern .env'),
    rejects(changing(file(".env", old="120000")), SAYS),
    case(b"\xff\n\t\"/id_rsa"),
    case("日本/.env"),
    case("x" * 5_000 + "/.env"),
    case("pump.key", deny=("*.key",)),
    case("PUMP.KEY", deny=("*.key",)),
    case("tests/x.pem", allow=("/test/",)),
    case("a/tests/x.pem", allow=("/tests/",)),
    case("tests/x.pem", allow=("/tests/", "!x.pem")),
    case("X.PEM", allow=("x.pem",)),
]  # fmt: skip
ACCEPTED = [
    *map(accepts, map(named, (
        "id_rsa.pub", "docs/id_rsa/README", "my_id_rsa", "id_rsa.md", "environment", ".environment", ".envrc", "env",
        ".env.example", ".env.sample", ".ENV.EXAMPLE", "app/.env.template", ".env.production.example", ".env.dist.php",
        ".env/bin/activate", "x.env.js", "pem", "x.pem.md", "a/x.pem/README", "cacert.pem", "certs/ca-bundle.pem",
        "server.crt.pem", "key.pub.pem", "android/debug.keystore", "public.key", "slides.key", ".npmrc", "credentials",
        "src/credentials", "config.json", "docker/config.json", "kube/config", "account.json", "history", "x.key",
        "ssh_host_rsa_key.pub", "netrc", "terraform.tf", "README",
    ))),
    accepts(changing()),
    accepts(changing(file(".env", mode="", old="100644"))),
    accepts(changing(file(".env", mode="120000"))),
    accepts(changing(file(".env", mode="160000"))),
    accepts(named("tests/x.pem"), allow=("/tests/",)),
    accepts(named(b"tests/\xff.pem"), allow=("/tests/",)),
    accepts(named("x.key"), deny=("*.key", "!x.key")),
    accepts(named("a.key"), deny=("*.key",), allow=("a.key",)),
]  # fmt: skip


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("secret-files")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("secret-files")


def test_each_file_is_named_once() -> None:
    found = judge(load("secret-files")(), changing(file(".env"), file("x"), file("id_rsa"), file(".env.local")))
    assert [violation.message.split('"')[1] for violation in found] == [".env", "id_rsa", ".env.local"]


def test_the_page_names_every_pattern() -> None:
    page = sys.modules[load("secret-files").__module__].__doc__ or ""
    for pattern in _NAMES:
        name = pattern.removeprefix("!")
        stem = name.removesuffix(".key") if name.endswith(".key") and "*" not in name and "/" not in name else name
        told = f"`{name}`" in page or f"`{stem}`" in page or f"`{name.removesuffix('_sk')}`" in page
        assert told or name.startswith(".env."), pattern


def test_patterns_that_only_take_out_cannot_stand() -> None:
    assert "`deny` only takes out" in load("secret-files")(deny=("!x",)).conflict()
    assert "`allow` only takes out" in load("secret-files")(allow=("!x", "!y")).conflict()
    assert load("secret-files")(deny=("!x", "y"), allow=("!x", "y")).conflict() == ""


def test_paths_that_are_not_there_are_not_taken_for_none() -> None:
    with pytest.raises(Undecided, match="not loaded"):
        judge(load("secret-files")(), commit("fix: x\n"))


BAD_PATHS: tuple[bytes, ...] = (
    b"", b"x", b"\n", b"\0", b"\xff\xfe\x80", b"a" * 300_000, b"/" * 300_000, b"a/" * 150_000, b".env" * 75_000,
    b".env." * 50_000, b"id_rsa/" * 50_000, b"\n" * 300_000, b"\xe2\x80\xae.env\r\n", every_class().encode(),
)  # fmt: skip


def test_bad_paths_are_judged_in_no_time() -> None:
    rule = load("secret-files")(deny=("**a**b**c", "*a*a*a*a*b"), allow=("**x**y",))
    with cpu_within(10):
        refused = set()
        for path in BAD_PATHS:
            subject = changing(file(path))
            for violation in judge(rule, subject):
                assert_well_formed(violation, subject)
                refused.add(path[:10])
        assert refused == {b".env..env.", b".env.env.e"}
        many = changing(*[File(path=b"a/b/.env%d" % number, mode="100644", oid="1") for number in range(30_000)])
        assert judge(rule, many) == []
