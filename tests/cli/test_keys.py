"""`keys`: what is imported loads and verifies, what is listed, what is wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from soaking import long


@pytest.fixture
def public(home: Path, tmp_path: Path):
    def made(name: str, *options: str) -> str:
        options = options or ("-t", "ed25519")
        subprocess.run(["ssh-keygen", "-q", *options, "-N", "", "-C", name, "-f", tmp_path / name], check=True)
        return " ".join((tmp_path / f"{name}.pub").read_text().split()[:2])

    return made


def imported(gitward, path: Path, form: str, *options: str):
    target = path.parent / "imported.yaml"
    done = gitward("keys", "import", path, "--format", form, "--output", target, *options)
    assert done.returncode == 0, done.stderr
    assert gitward("policy", "validate", target).returncode == 0
    return target, done.stderr


def listed(gitward, policy: Path) -> list[dict]:
    return json.loads(gitward("keys", "list", "--policy", policy, "--format", "json").stdout)["keys"]


def test_allowed_signers(gitward, public, tmp_path):
    ann, bob, authority = public("ann"), public("bob"), public("authority")
    path = tmp_path / ".gitsigners"
    path.write_text(
        f"ann@example.com,ann@home.example {ann} a comment\n"
        f'bob@example.com valid-after="20200101Z",valid-before="20300101Z" {bob}\n'
        f'*@example.com cert-authority {authority}\n'
        f"* {public('anyone')}\n"
        f'carol@example.com namespaces="file" {public("carol")}\n'
    )
    policy, notes = imported(gitward, path, "allowed-signers")
    assert "4:" in notes
    assert "5:" in notes
    found = {line["principal"]: line for line in listed(gitward, policy)}
    assert set(found) == {"ann@example.com", "bob@example.com", "authority-3"}
    assert (found["bob@example.com"]["not_before"], found["bob@example.com"]["not_after"]) == (
        "2020-01-01T00:00:00Z", "2029-12-31T23:59:59Z",
    )  # fmt: skip
    whole = json.loads(gitward("keys", "list", "--policy", policy, "--format", "json").stdout)
    assert whole["principals"]["ann@example.com"]["addresses"] == ["ann@example.com", "ann@home.example"]
    again = gitward("keys", "import", path, "--format", "allowed-signers", "--output", policy)
    assert (again.returncode, "there is a file already" in again.stderr) == (2, True)


def test_names_that_a_policy_cannot_have(gitward, public, tmp_path):
    path = tmp_path / "signers"
    path.write_text(f'"ann lee" {public("a")}\nann-lee {public("b")}\nno {public("c")}\n')
    policy, _ = imported(gitward, path, "allowed-signers")
    assert [line["principal"] for line in listed(gitward, policy)] == ["ann-lee", "ann-lee-2", "no"]


def test_what_is_imported_verifies(gitward, git, repo, public, tmp_path):
    (tmp_path / "signers").write_text(f"ada@example.org {public('ada')}\n")
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={tmp_path / 'ada'}")
    git(*signing, "commit", "-q", "-S", "--allow-empty", "-m", "x", cwd=repo)
    policy, _ = imported(gitward, tmp_path / "signers", "allowed-signers")
    done = gitward("signatures", "--all", "--repo", repo, "--policy", policy, "--require", "good")
    assert (done.returncode, "1 good" in done.stdout) == (0, True)


def test_a_forges_listing(gitward, public, tmp_path):
    path = tmp_path / "ann.json"
    path.write_text(json.dumps([{"id": 1, "key": public("k"), "title": "laptop"}, {"id": 2, "key": "ssh-dss AAAA"}]))
    policy, notes = imported(gitward, path, "forge")
    assert [line["principal"] for line in listed(gitward, policy)] == ["ann"]
    assert "not imported" in notes
    policy.unlink()
    policy, _ = imported(gitward, path, "forge", "--principal", "ann@example.com")
    assert [line["principal"] for line in listed(gitward, policy)] == ["ann@example.com"]


@pytest.fixture
def certificate(home: Path, tmp_path: Path):
    folder = tmp_path / "gnupg"
    folder.mkdir(mode=0o700)

    def made(name: str, *words: str) -> str:
        gpg = ["gpg", "--homedir", folder, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        make = ["--quick-gen-key", name, "ed25519", "sign", *(words or ("never",))]
        subprocess.run([*gpg, *make], check=True, capture_output=True)
        return subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True, text=True).stdout

    yield made
    subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], check=False)


def test_openpgp_certificates(gitward, git, repo, certificate, tmp_path):
    certificate("Ann <ann@example.com>", "1d")
    (tmp_path / "ring.asc").write_text(certificate("Ada <ada@example.org>"))
    policy, _ = imported(gitward, tmp_path / "ring.asc", "openpgp")
    found = {line["principal"]: line for line in listed(gitward, policy)}
    assert set(found) == {"ann@example.com", "ada@example.org"}
    git("commit", "-q", "-S", "--allow-empty", "-m", "x", cwd=repo, env={"GNUPGHOME": str(tmp_path / "gnupg")})
    done = gitward("signatures", "--all", "--repo", repo, "--policy", policy, "--require", "good", env={"GNUPGHOME": "/nowhere"})
    assert (done.returncode, done.stdout.split()[1:4]) == (0, ["good", "openpgp", "ada@example.org"])
    checked = gitward("keys", "check", "--policy", policy)
    assert (checked.returncode, "ann@example.com" in checked.stdout, ": ends " in checked.stdout) == (0, True, True)


@long
def test_a_long_list_stands_in_a_file_beside(gitward, public, tmp_path):
    key = public("k").split()[1]
    import base64

    blob = bytearray(base64.b64decode(key))
    lines = []
    for number in range(700):
        blob[-4:-2] = number.to_bytes(2, "big")
        lines.append(f"user{number:0100}@example.com ssh-ed25519 {base64.b64encode(bytes(blob)).decode()}\n")
    (tmp_path / "signers").write_text("".join(lines))
    policy, _ = imported(gitward, tmp_path / "signers", "allowed-signers")
    assert "principals: {file: imported-principals.yaml}" in policy.read_text()
    assert len(listed(gitward, policy)) == 700
    beside = tmp_path / "imported-principals.yaml"
    policy.unlink()
    before = beside.read_bytes()
    again = gitward("keys", "import", tmp_path / "signers", "--format", "allowed-signers", "--output", policy)
    assert (again.returncode, "imported-principals.yaml: there is a file already" in again.stderr) == (2, True)
    assert (policy.exists(), beside.read_bytes() == before) == (False, True)


@pytest.mark.parametrize("form", ["allowed-signers", "openpgp", "x509", "forge"])
def test_nothing_to_import(gitward, home, tmp_path, form):
    (tmp_path / "f").write_text("\n" if form != "forge" else "[]")
    done = gitward("keys", "import", tmp_path / "f", "--format", form)
    assert (done.returncode, done.stdout) == (2, "")
    assert gitward("keys", "import", tmp_path / "none", "--format", form).returncode == 2


def test_check_names_what_is_wrong(gitward, public, tmp_path):
    small, old, authority = public("small", "-t", "rsa", "-b", "1024"), public("old"), public("authority")
    policy = tmp_path / "p.yaml"
    policy.write_text(f"""version: 1
policy: {{id: test}}
principals:
  ann: {{addresses: [ann@example.com], keys: [{{ssh: {small}}}, {{ssh: {old}, valid_before: 2020-01-01}}]}}
  bob: {{kind: service, addresses: [Ann@example.com], keys: [{{ssh_authority: {authority}, names: ["*@example.com"]}}]}}
  carol: {{keys: [{{ssh: {public('late')}, valid_after: 2999-01-01}}]}}
rules: [{{rule: signed-commit}}]
""")
    done = gitward("keys", "check", "--policy", policy)
    assert done.returncode == 1
    for words in ("1024 bits", "ended 2019-12-31", "begins 2999", "a wildcard", "is ann's too", "lists no address",
                  "no certificate of its can be revoked", "1 wrong"):  # fmt: skip
        assert words in done.stdout
    plain = json.loads(gitward("keys", "check", "--policy", policy, "--format", "json").stdout)
    assert len(plain["remarks"]) == 7


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("[{ssh: KEY}, {ssh: KEY}]", "this key stands here twice: it is ann's already"),
        ("[{ssh_authority: KEY, names: ['*']}]", "a pattern that any certificate matches"),
        ("[{ssh: KEY, names: [x]}]", "`names`"),
        ("[{ssh_authority: KEY}]", "`names`"),
        ("[{ssh: 'ssh-rsa AAAAB3NzaC1kc3MAAAAA'}]", "the line says ssh-rsa, the key itself says ssh-dss"),
        ("[{ssh: nothing}]", "an SSH key is written TYPE BASE64"),
        ("[{openpgp: 0123456789ABCDEF, certificate: a.asc}]", "is no whole fingerprint"),
        ("[{openpgp: 0123456789ABCDEF0123456789ABCDEF01234567}]", "`certificate` belongs to"),
        ("[{openpgp: 0123456789ABCDEF0123456789ABCDEF01234567, certificate: a.asc}]", "there is no file 'a.asc'"),
        ("[{x509: {address: a@b.example, subject: x}}]", "write one of `fingerprint`, `address` and `subject`"),
        ("[{x509: {address: a@b.example}}]", "no authority is trusted"),
        ("[{keyless: {issuer: i, subject: s}}]", "no root is trusted"),
        ("[{forge: github}]", "no key of the forge 'github' is known here"),
        ("[{ssh: KEY, valid_before: 2020-01-01, valid_after: 2020-01-01}]", "is not after"),
        ("[{ssh: KEY, valid_before: 2020-02-30}]", "is no day"),
        ("[{keyless: {issuer: i, subject: s}, valid_before: 2020-01-01}]", "carry their own validity"),
        ("[{}]", "a key is one of"),
        ("[]", "an empty list is refused"),
    ],
)
def test_keys_that_are_refused_when_the_policy_is_loaded(keys, words):
    from gitward.errors import PolicyError
    from gitward.policy.load import load_policy

    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC/L8E1DfiZ9cHzygqx0IzRCSAlmh4tXH7mZPwWZEY1L"
    ann = f"ann: {{keys: {keys.replace('KEY', line)}}}"
    text = f"version: 1\npolicy: {{id: t}}\nprincipals:\n  {ann}\nrules: [{{rule: no-fixup}}]\n"
    with pytest.raises(PolicyError) as refused:
        load_policy({"p": text.encode()}.get, "p", "p")
    assert words in " ".join(str(each) for each in (refused.value, *refused.value.others))


def test_principals_stand_for_their_addresses():
    from gitward.errors import PolicyError
    from gitward.policy.load import load_policy

    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC/L8E1DfiZ9cHzygqx0IzRCSAlmh4tXH7mZPwWZEY1L"
    text = f"""version: 1
policy: {{id: t}}
principals:
  ann: {{addresses: [ann@example.com, a@home.example], keys: [{{ssh: {line}}}]}}
rules: [{{rule: ident, addresses: principals}}]
"""
    (entry,) = (each for each in load_policy({"p": text.encode()}.get, "p", "p").entries if each.id == "ident")
    assert entry.rule.addresses == ("a@home.example", "ann@example.com")
    nobody = text.replace("addresses: [ann@example.com, a@home.example], ", "")
    with pytest.raises(PolicyError, match="no principal of this policy lists an address"):
        load_policy({"p": nobody.encode()}.get, "p", "p")
    with pytest.raises(PolicyError, match="is no list of addresses"):
        load_policy({"p": text.replace("addresses: principals", "addresses: everybody").encode()}.get, "p", "p")


@pytest.mark.parametrize("key", ["ssh_revoked", "x509_roots", "x509_intermediates", "x509_crls", "keyless_root"])
def test_check_tries_the_files_of_the_trust_store(gitward, public, tmp_path, key):
    (tmp_path / "file").write_text("nothing that anybody could use\n")
    value = "[file]" if key == "x509_crls" else "file"
    (tmp_path / "p.yaml").write_text(f"""version: 1
policy: {{id: test}}
principals: {{ann: {{addresses: [ann@example.com], keys: [{{ssh: {public("ann")}}}]}}}}
trust: {{{key}: {value}}}
rules: [{{rule: signed-commit, refs: ["refs/heads/**"]}}]
""")
    done = gitward("keys", "check", "--policy", tmp_path / "p.yaml")
    assert (done.returncode, done.stdout) == (3, "")
    assert "  fix: " in done.stderr


def test_one_is_no_plural(gitward, public, tmp_path):
    (tmp_path / "signers").write_text(f"ann@example.com {public('ann')}\n")
    policy, said = imported(gitward, tmp_path / "signers", "allowed-signers")
    assert "1 key of 1 principal, 0 notes" in said
    assert "1 key of 1 principal; trust store" in gitward("keys", "list", "--policy", policy).stdout
    assert "1 key looked over: 0 wrong, 0 warnings" in gitward("keys", "check", "--policy", policy).stdout
