from __future__ import annotations

import subprocess
import time
from typing import Any

import pytest
from hostile import every_class
from hypothesis import given
from hypothesis import strategies as st
from judging import Case, accepts, assert_well_formed, changing, commit, file, judge, rejects
from planted import AROUND, MAKERS, planted

from gitward.audit.event import decision_event
from gitward.batches import Batch, judge_commits
from gitward.engine import conclude
from gitward.errors import Undecided
from gitward.model import Change, Entry, File, Oid, Policy
from gitward.render import FORMATS, render
from gitward.rules import load
from gitward.secretshapes import KINDS
from gitward.secretshapes.table import PREFIXED
from gitward.shapes import FingerprintShape, KindOfSecret, Refused
from timing import cpu_within

SEED = 20_240_229
SECRETS = planted(len(MAKERS), SEED)
BY_KIND = {kind: secret for kind, secret, _ in SECRETS}
GITHUB, NPM, PEM, LOG_IN = (BY_KIND[kind] for kind in ("github-token", "npm-token", "private-key", "url-password"))
PEM_LINES = PEM.split("\n")


def _password_of(url: str) -> str:
    return url.rpartition("@")[0].rpartition(":")[2]


def text(content: str | bytes, path: str | bytes = "a/b.py", **facts: Any) -> object:
    return changing(file(path, content, **facts))


def changed(content: str, *numbers: int) -> object:
    """A file of which only the lines with these numbers are new."""
    lines = content.encode().split(b"\n")
    added = tuple((number, lines[number - 1]) for number in numbers)
    return changing(File(path=b"a.pem", mode="100644", oid="1", old_mode="100644", content=content.encode(), added=added))


def finger(content: str) -> str:
    return judge(load("secret-content")(), text(content))[0].message.rpartition(" ")[2]  # type: ignore[arg-type]


REJECTED = [
    *(rejects(text(around), kind) for kind, _, around in SECRETS),
    rejects(text(f"one\ntwo\n  {GITHUB}\nfour"), 'github-token in "a/b.py", line 3, fingerprint ', (None, None)),
    rejects(text(GITHUB, old="100644", at=17), '"a/b.py", line 17,'),
    rejects(text(f"https://x-access-token:{GITHUB}@github.com/x"), "github-token"),
    rejects(text(f"{GITHUB},{NPM}"), "github-token"),
    rejects(text(b"\0\x01\xff" + GITHUB.encode() + b"\xfe\0"), "github-token"),
    rejects(text("\ufeff" + GITHUB), "github-token"),
    rejects(text(f"one\r\n{GITHUB}\r\n".encode("utf-16")), "line 2"),
    rejects(text(b"\xfe\xff" + f"one\n{GITHUB}".encode("utf-16-be")), "line 2"),
    rejects(text(GITHUB, mode="120000"), "github-token"),
    rejects(text(f"{GITHUB} # gitleaks:allow, pragma: allowlist secret, nosec"), "github-token"),
    rejects(text("nothing", path=f"keys/{GITHUB}.txt"), 'github-token in the path "keys/<github-token>.txt", fing'),
    rejects(text(PEM.replace("\n", "\\n")), "private-key"),
    rejects(text(PEM.replace("\n", '\\n" +\n    "')), "private-key"),
    rejects(text("\n".join(f" *  {line}" for line in PEM_LINES)), "private-key"),
    rejects(text(PEM.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB12\n\n", 1)), "private-key"),
    rejects(changed(f"x\n{PEM}\ny\n", 5), "line 5"),
    rejects(changed(f"x\n{PEM}\ny\n", 1, 2, 30), "line 2"),
    rejects(text(GITHUB), "github", unless_kinds=("npm-token",)),
    rejects(text(f"{GITHUB}\n{NPM}"), "line 2", known=(finger(GITHUB),)),
    rejects(text(GITHUB, path="a/tests/x"), "github", allow=("/tests/",)),
    rejects(text(f"://ann:{_password_of(LOG_IN)}@db.prod.net"), "url-password"),
]
ACCEPTED = [
    accepts(changing()),
    accepts(text("")),
    accepts(text("TOKEN = os.environ['TOKEN']")),
    accepts(text(GITHUB[:-1])),
    accepts(text(GITHUB + "x")),
    accepts(text("x" + GITHUB)),
    accepts(text(GITHUB[:-1] + ("0" if GITHUB[-1] != "0" else "1"))),  # the checksum is wrong
    accepts(text("gh" + "p_" + "x" * 36)),
    accepts(text("np" + "m_" + "abcdefghijklmnopqrstuvwxyz0123456789")),
    accepts(text("np" + "m_" + "Ab12" * 9)),
    accepts(text("np" + "m_" + "YourTokenHereYourTokenHereYourToken1")),
    accepts(text("AK" + "IAIOSFODNN7EXAMPLE")),
    accepts(text("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
    accepts(text("secret_access_key = " + "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d")),  # a digest in hex
    accepts(text("SK" + "0" * 32)),
    accepts(text("s" + "k_test_" + NPM[4:28])),
    accepts(text("12" + "3456789:AA" + "a" * 33)),
    accepts(text(NPM[4:27] + "N." + NPM[4:10] + "." + NPM[4:34])),  # names no user of Discord
    accepts(text("-----BEGIN RSA PRIVATE KEY-----")),
    accepts(text("if line == '-----BEGIN RSA PRIVATE KEY-----':\n    read(key)\n")),
    accepts(text("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----")),
    accepts(text("-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\n-----END PRIVATE KEY-----")),
    accepts(text(PEM.replace("PRIVATE", "PUBLIC"))),
    accepts(text(PEM.replace("PRIVATE KEY", "CERTIFICATE"))),
    accepts(changed(f"x\n{PEM}\ny\n", 1)),
    accepts(changed(f"x\n{PEM}\ny\n", 1, 30)),
    accepts(text("https://user:password@example.com/ https://ann:s3cr3t-pw1@example.org https://a:b@c.net")),
    accepts(text("https://ann:h7Kd92jsPq@localhost https://ann:h7Kd92jsPq@192.0.2.7 https://ann:h7Kd92jsPq@db")),
    accepts(text("https://ann:${PASSWORD1}@db.prod.net https://ann:{word_9}@db.prod.net https://ann:<hidden99>@db.prod.net")),
    accepts(text("https://ann@host.prod.net:8443/a:b@c http://host.prod.net:80801234/@x")),
    accepts(text("npm_config_registry_of_the_whole_company_12 glpat-of-ours hf_hub_download SK_CALL SKdeadbeef")),
    accepts(text("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0a1b2c3d" * 8 + "\nsize 12345\n")),
    accepts(text(GITHUB), unless_kinds=("github-token",)),
    accepts(text(GITHUB), known=(finger(GITHUB),)),
    accepts(text(GITHUB, path="tests/x"), allow=("/tests/",)),
    accepts(changing(file("a", mode="", old="100644"))),
    accepts(changing(file("a", mode="160000"))),
    accepts(changing(File(path=b"big.iso", mode="100644", oid="1", size=1 << 30)), allow=("*.iso",)),
    accepts(changing(File(path=b"a", mode="100644", oid="1", content=GITHUB.encode(), added=()))),  # it was there before
]


@pytest.mark.parametrize("case", REJECTED, ids=range(len(REJECTED)))
def test_rejected(case: Case) -> None:
    case.check("secret-content")


@pytest.mark.parametrize("case", ACCEPTED, ids=range(len(ACCEPTED)))
def test_accepted(case: Case) -> None:
    case.check("secret-content")


# --- precision -------------------------------------------------------------------------------------------------------


def test_planted_secrets_are_found_and_none_is_shown() -> None:
    """The bound is of 9 in 10; what falls below all of them is looked at by hand."""
    made = planted(264, SEED + 1)
    assert len({kind for kind, _, _ in made}) >= 20
    commits = [
        commit(f"fix: change {number}\n", oid=Oid(f"{number:040x}"), files=(file(f"f{number}.txt", f"one\n{around}\n"),))
        for number, (_, _, around) in enumerate(made, 1)
    ]
    outputs, found = _outputs(commits)
    assert found == [(number, kind, 2) for number, (kind, _, _) in enumerate(made, 1)]
    for output in outputs:
        for _, secret, _ in made:
            assert not any(piece in output for piece in _pieces(secret)), "a secret is shown"


def _outputs(commits: list[Any]) -> tuple[list[str], list[tuple[int, str, int]]]:
    """Every rendering of the decision and its event, and what was found, a violation each: (commit, kind, line)."""
    outputs, found = [], []
    for start in range(0, len(commits), 100):  # as many are kept
        part = commits[start : start + 100]
        entry = Entry(id="secrets", rule=load("secret-content")(), refs=("refs/**",))
        policies = (Policy(id="p", mode="enforce", entries=(entry,), source="p.yaml", digest="0" * 64),)
        known = frozenset({"paths", "content"})
        tallies = judge_commits(policies, [Batch(ref="refs/heads/main", scope=("",), commits=part)], known)
        change = Change(stage="receive", time="2026-11-21T10:20:30Z", updates=(), known=known)
        decision = conclude(policies, change, tallies, decision_id="x", version="1", commits=len(part))
        for violation in decision.results[0].violations:
            kind, _, place = violation.message.partition(" in ")
            found.append((int(violation.commit or "0", 16), kind, int(place.split("line ")[1].split(",")[0])))
        outputs += [render(name, decision) for name in FORMATS]
        outputs += [render("text", decision, all_violations=True), repr(decision)]
        outputs.append(decision_event(decision).decode())
    return outputs, found


def _pieces(secret: str) -> list[str]:
    """What would give a secret away: twelve characters of its end, or a line of a key, or a password."""
    if "@" in secret:
        return [_password_of(secret)]
    return [line[-12:] for line in secret.split("\n") if not line.startswith("-----")]


def test_every_kind_has_a_shape_and_a_planted_secret_stands_in_every_surrounding() -> None:
    assert len(KINDS) >= 50
    assert set(MAKERS) <= set(KINDS)
    around = {line for line in AROUND if any(line.replace("{}", secret) == text_ for _, secret, text_ in planted(600, 1))}
    assert len(around) >= len(AROUND) - 1  # the one with braces of its own is written otherwise


def test_a_fingerprint_is_the_digest_of_the_token_and_of_a_url_without_its_password() -> None:
    digest = subprocess.run(["sha256sum"], input=GITHUB, capture_output=True, text=True, check=True).stdout
    assert finger(f"x {GITHUB}") == digest[:12]
    other = LOG_IN.replace(_password_of(LOG_IN), "b7Rt-29xQw")
    assert finger(LOG_IN) == finger(other)
    assert finger(LOG_IN) != finger(LOG_IN.replace("svc:", "app:"))
    assert finger(PEM) == finger(PEM.replace("\n", "\\n")) == finger(PEM.replace("\n", "\r\n"))


def test_a_path_with_a_token_is_shown_without_it() -> None:
    subject = changing(file(f"{GITHUB}/.env", NPM))
    for rule in ("secret-content", "secret-files"):
        messages = [violation.message for violation in judge(load(rule)(), subject)]
        assert messages
        assert not any(GITHUB in message for message in messages)


# --- the edges -------------------------------------------------------------------------------------------------------


def test_what_was_not_read_leaves_the_commit_undecided() -> None:
    rule = load("secret-content")()
    with pytest.raises(Undecided, match="not loaded"):
        judge(rule, commit("fix: x\n"))
    with pytest.raises(Undecided, match=r'"a\.iso" was not read'):
        judge(rule, changing(file("x"), File(path=b"a.iso", mode="100644", oid="1", size=1 << 30)))
    with pytest.raises(Undecided, match=r'"<github-token>\.iso" was not read'):
        judge(rule, changing(File(path=f"{GITHUB}.iso".encode(), mode="100644", oid="1")))


def test_options() -> None:
    assert "`allow` only takes out" in load("secret-content")(allow=("!x",)).conflict()
    assert FingerprintShape().check("0123456789ab") == "0123456789ab"
    for wrong in (GITHUB, "0123456789AB", "0123456789abc", ""):
        with pytest.raises(Refused, match="12 hex digits") as caught:
            FingerprintShape().check(wrong)
        assert GITHUB not in f"{caught.value} {caught.value.fix}"
    assert KindOfSecret().check("npm-token") == "npm-token"
    with pytest.raises(Refused, match="unknown kind") as caught:
        KindOfSecret().check("npm-tokens")
    assert "npm-token" in caught.value.fix


def test_the_first_hundred_of_a_file_are_told() -> None:
    found = judge(load("secret-content")(), changing(file("a", f"{GITHUB}\n" * 1_000), file("b", GITHUB)))
    assert len(found) == 101
    assert found[-1].message.startswith('github-token in "b", line 1')


BAD: dict[str, bytes] = {
    "empty": b"", "one byte": b"x", "one line feed": b"\n", "NUL": b"\0" * 1_000_000, "not UTF-8": b"\xff\xfe\x80" * 300_000,
    "long line": b"a" * (1 << 20), "million lines": b"x = 1;\n" * 1_000_000, "CRLF": b"x\r\n" * 100_000,
    "every class": every_class().encode(), "hex": b"0a1b2c3d4e5f6789" * 60_000, "slashes": b"://" * 200_000,
    "begins": b"-----BEGIN PRIVATE KEY-----\n" * 10_000, "half begins": b"-----BEGIN " * 90_000,
    "keys": b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 1_000_000, "ends": b"PRIVATE KEY-----END " * 50_000,
    **{f"prefix {number}": prefixes.split()[0].encode() * 1_500 for number, (_, prefixes, _) in enumerate(PREFIXED)},
    "openai": b"sk-proj-T3BlbkFJ" * 2_000, "telegram": b"12345678:AAaaaaaaaa" * 2_000, "azure": b"ab1Q~" * 3_000,
    "discord": b"MTAx.abcdef." + b"a" * 27, "mailchimp": b"a-us1" * 3_000, "airtable": b"." + b"a" * 64,
    "passwords": b"x://a:h7Kd92jsPqs@b" * 2_000, "aws": b"secret_access_key=" * 2_000,
}  # fmt: skip


def test_bad_content_is_judged_in_no_time() -> None:
    rule = load("secret-content")()
    with cpu_within(15):
        for name, data in BAD.items():
            subject = changing(file(name, data))
            for violation in judge(rule, subject):
                assert_well_formed(violation, subject)


PIECES = [prefixes.split()[0] for _, prefixes, _ in PREFIXED] + [
    "secret_access_key", "AccountKey=", "1Q~", "T3BlbkFJ", "SKabcd", "a-us1", ":AAabcdefgh", ".abcdef." + "a" * 27,
    ".atlasv1.", "." + "a" * 64, "://", "://a:", "@", "sk-", "AKIAAAAA", "-----BEGIN ", "PRIVATE KEY", "-----", "\v", "\f",
    "\n", "\\n", "\0", "Ab3", GITHUB, NPM, PEM, "é",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=12).map("".join))
def test_no_content_crashes_the_rule(content: str) -> None:
    subject = text(content.encode("utf-8", "surrogatepass"))
    for violation in judge(load("secret-content")(), subject):  # type: ignore[arg-type]
        assert_well_formed(violation, subject)  # type: ignore[arg-type]


def test_time_grows_with_the_size_alone() -> None:
    """Four times as much of what is made against the search takes four times as long, give or take a noisy machine."""
    rule, spent = load("secret-content")(), []
    for count in (2_000, 8_000):
        start = time.process_time()
        for unit in ("gh" + "p_", "sk-proj-T3BlbkFJ", "x://a:h7Kd92jsPqs@b", "-----BEGIN PRIVATE KEY-----\n"):
            judge(rule, text(unit * count))  # type: ignore[arg-type]
        spent.append(time.process_time() - start)
    assert spent[1] < 10 * spent[0]
