"""A push certificate looked at: what the variables say lets nothing in that the blob does not say too."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitward.engine import GATE, entries_of, judge_change
from gitward.facts import KNOWN
from gitward.model import CertificateClaim, Change, Policy, RawUpdate, RefUpdate, Request
from gitward.policy.load import load_file
from gitward.pushing.certificate import CERTIFICATE_BYTES, with_certificate
from gitward.repository import Repository, open_repository
from gitward.signatures.moments import Moments
from gitward.signatures.signers import Signers
from gitward.tally import Tally
from timing import cpu_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

NOW, SEED, URL = 1_800_000_000, "seed", "https://example.com/x.git"
OLD, NEW = "1" * 40, "2" * 40
MAIN = f"{OLD} {NEW} refs/heads/main"
SIGNED_PUSH = f"{{rule: signed-push, push_urls: [{URL}]}}"


@dataclass
class Place:
    """A bare repository with a seed, keys of Ann and Eve, and policies that list Ann's."""

    folder: Path
    git: Git
    repository: Repository

    def policy(self, *entries: str, person: str = "ann", key: str = "ann", name: str = "policy") -> Policy:
        path = self.folder / f"{name}.yaml"
        public = (self.folder / f"{key}.pub").read_text().strip()
        rules = "".join(f"  - {entry}\n" for entry in entries)
        path.write_text(
            f'version: 1\npolicy: {{id: {name}}}\nprincipals: {{{person}: {{keys: [{{ssh: "{public}"}}]}}}}\nrules:\n{rules}'
        )
        return load_file(str(path))

    def blob(self, raw: bytes) -> str:
        path = self.folder / "blob"
        path.write_bytes(raw)
        return self.git("--git-dir", self.folder / "x.git", "hash-object", "-w", path).stdout.strip()

    def signed(self, text: bytes, key: str = "ann") -> bytes:
        done = subprocess.run(["ssh-keygen", "-Y", "sign", "-n", "git", "-f", self.folder / key], input=text,
                              capture_output=True, check=True)  # fmt: skip
        return text + done.stdout

    def judged(self, claim: CertificateClaim | None, *policies: Policy, pushed: str = MAIN) -> Change:
        """The change of a push with these ref updates, one a line."""
        raw = tuple(RawUpdate(old=old, new=new, ref=ref) for old, new, ref in (line.split(" ") for line in pushed.split("\n")))
        updates = tuple(RefUpdate(ref=each.ref, old=each.old, new=each.new, ancestry="ff") for each in raw)
        change = Change(stage="receive", time="", updates=updates, known=KNOWN["receive"])
        request = Request(stage="receive", updates=raw, certificate=claim)
        moments = Moments(now=NOW, enforcing=True)
        signers = [Signers(policy.trust, moments) for policy in policies]
        return with_certificate(change, request, policies, self.repository, signers, NOW)


@pytest.fixture
def place(tmp_path: Path, git: Git) -> Iterator[Place]:
    git("init", "-q", "--bare", tmp_path / "x.git")
    git("-C", tmp_path / "x.git", "config", "receive.certNonceSeed", SEED)
    for name in ("ann", "eve"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / name], check=True)
    with open_repository(str(tmp_path / "x.git")) as repository:
        yield Place(tmp_path, git, repository)


def nonce(path: str = ".", when: int = NOW - 5, seed: str = SEED) -> str:
    return f"{when}-{hmac.new(f'{path}:{when}'.encode(), seed.encode(), 'sha1').hexdigest()}"


def text(*commands: str, given: str = "", options: tuple[str, ...] = (), pushee: str = URL) -> bytes:
    lines = ["certificate version 0.1", "pusher Ann <ann@example.com> 1700000000 +0000", f"pushee {pushee}"]
    lines += [f"nonce {given or nonce()}", *[f"push-option {each}" for each in options], "", *(commands or (MAIN,))]
    return "".join(f"{line}\n" for line in lines).encode()


def claim(oid: str, status: str = "OK", **more: object) -> CertificateClaim:
    return CertificateClaim(oid=oid, nonce_status=status, **more)  # type: ignore[arg-type]


def tallies_of(change: Change, *policies: Policy) -> list[Tally]:
    """What became of each entry, that of the gate left out."""
    judged = zip(entries_of(policies), judge_change(policies, change), strict=True)
    return [tally for (_, entry), tally in judged if entry.rule.name != GATE]


def says(change: Change, *policies: Policy) -> str:
    """What the first entry says: its first violation, the reason for which it is undecided, or ''."""
    tally = tallies_of(change, *policies)[0]
    return tally.violations[0].message if tally.violations else "".join(reason for _, reason in tally.reasons)


def test_who_pushes(place: Place) -> None:
    policy = place.policy(SIGNED_PUSH)
    change = place.judged(claim(place.blob(place.signed(text()))), policy)
    assert (change.actor.principal, change.actor.channel) == ("ann", "push-certificate")
    assert (change.actor.claim, change.pushers) == ("Ann <ann@example.com>", ("ann",))
    assert says(change, policy) == ""
    digest = hashlib.sha256(text()).hexdigest()
    assert [path.name for path in (place.folder / "x.git" / "gitward" / "pushes").glob("*/*")] == [digest]


def test_each_policy_by_its_own_trust(place: Place) -> None:
    """What one policy knows of Ann's key, another does not, and her name is that of each policy."""
    no_rule = "{rule: no-force-push}"
    policies = (
        place.policy(no_rule, name="silent"), place.policy(SIGNED_PUSH, key="eve", name="of-eve"),
        place.policy(SIGNED_PUSH, person="ann-of-two", name="two"), place.policy(SIGNED_PUSH, name="three"),
    )  # fmt: skip
    change = place.judged(claim(place.blob(place.signed(text()))), *policies)
    assert change.pushers == ("", "", "ann-of-two", "ann")
    assert change.actor.principal == "ann-of-two"
    tallies = tallies_of(change, *policies)
    assert [tally.violated for tally in tallies] == [0, 1, 0, 0]
    assert "does not list" in tallies[1].violations[0].message


def test_who_pushes_is_exempt_where_the_rule_judges_the_push(place: Place) -> None:
    refs = '{rule: no-ref-deletion, exempt: [{principal: ann}]}'
    policy = place.policy(SIGNED_PUSH, refs)
    others = place.policy(refs, key="eve", name="others")
    change = place.judged(claim(place.blob(place.signed(text()))), policy, others)
    tallies = tallies_of(change, policy, others)
    assert [dict(tally.reasons) for tally in tallies] == [{}, {("exempt", "principal"): 1}, {}]


@pytest.mark.parametrize("asks", [True, False])
def test_without_a_certificate_or_a_question(place: Place, asks: bool) -> None:
    """Nothing is read, nothing taken, nobody named."""
    policy = place.policy(SIGNED_PUSH if asks else "{rule: no-force-push}")
    change = place.judged(None if asks else claim("0" * 40), policy)
    assert (change.certificate, change.actor.channel, change.pushers) == (None, "none", ())
    assert says(change, policy) == ("the push is not signed" if asks else "")
    assert not (place.folder / "x.git" / "gitward").exists()


NONCES = [
    (nonce(when=NOW - 86_401), "OK", "more than a day ago"),
    (nonce(when=NOW + 86_401), "OK", "more than a day ago"),
    (nonce(seed="guessed"), "OK", "not one that this repository gave out"),
    (nonce("/another/x.git"), "OK", "not one that this repository gave out"),
    ("x", "OK", "not one that this repository gave out"),
    (nonce(), "", "git does not say"), (nonce(), "ok", "git does not say"), (nonce(), "SLOP", "git does not say"),
    (nonce(), "BAD", "git calls its nonce BAD"), (nonce(), "MISSING", "git calls its nonce MISSING"),
    (nonce(), "UNSOLICITED", "git calls its nonce UNSOLICITED"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "status", "message"), NONCES)
def test_a_nonce_that_does_not_count(place: Place, given: str, status: str, message: str) -> None:
    """Ann did sign it: for another server, another repository, another time, or nobody says for which."""
    policy = place.policy(SIGNED_PUSH)
    change = place.judged(claim(place.blob(place.signed(text(given=given))), status), policy)
    assert message in says(change, policy)
    assert (change.actor.principal, (place.folder / "x.git" / "gitward").exists()) == (None, False)


@pytest.mark.parametrize(
    ("slop", "message"),
    [("0", ""), ("30", ""), ("-30", ""), ("31", "31 s old, 30 s are allowed"), ("-31", "31 s old"), ("1e9", "git does not say"),
     ("", "git does not say"), ("9" * 11, "git does not say")],
)  # fmt: skip
def test_slop(place: Place, slop: str, message: str) -> None:
    policy = place.policy(f"{{rule: signed-push, push_urls: [{URL}], slop: 30s}}")
    found = says(place.judged(claim(place.blob(place.signed(text())), "SLOP", slop=slop), policy), policy)
    assert message in found
    assert bool(found) is bool(message)


OTHERS = [
    (MAIN + f"\n{OLD} {NEW} refs/heads/x", (), (), "of the ref updates 0 were signed for and are not in the push, 1 are in it"),
    (MAIN.replace("main", "x"), (), (), "1 were signed for and are not in the push, 1 are in it and were not signed for"),
    (MAIN.replace("1", "3"), (), (), "1 were signed for and are not in the push, 1 are in it and were not signed for"),
    (MAIN, ("a",), (), "the push options are not those"),
    (MAIN, (), ("a",), "the push options are not those"),
    (MAIN, ("a", "b"), ("b", "a"), "the push options are not those"),
    (MAIN, ("a", ""), ("a", ""), ""),
]


@pytest.mark.parametrize(("pushed", "options", "brought", "message"), OTHERS)
def test_what_the_push_does(
    place: Place, pushed: str, options: tuple[str, ...], brought: tuple[str, ...], message: str
) -> None:
    policy = place.policy(SIGNED_PUSH)
    oid = place.blob(place.signed(text(options=options)))
    found = says(place.judged(claim(oid, options=brought), policy, pushed=pushed), policy)
    assert message in found
    assert bool(found) is bool(message)


def test_the_order_of_ref_updates_is_nobodys_business(place: Place) -> None:
    policy, other = place.policy(SIGNED_PUSH), MAIN.replace("main", "x")
    change = place.judged(claim(place.blob(place.signed(text(other, MAIN)))), policy, pushed=f"{MAIN}\n{other}")
    assert says(change, policy) == ""


@pytest.mark.parametrize("named", ["0" * 40, "HEAD", "refs/heads/main", "x" * 5000, "1" * 64, "-h", "tree", "large"])
def test_what_names_no_certificate(place: Place, named: str) -> None:
    """Undecided, and nobody is named."""
    if named == "large":
        named = place.blob(b"x" * (CERTIFICATE_BYTES + 1))
    if named == "tree":
        named = place.git("--git-dir", place.folder / "x.git", "mktree").stdout.strip()
    policy = place.policy(SIGNED_PUSH)
    change = place.judged(claim(named), policy)
    tally = tallies_of(change, policy)[0]
    assert [outcome for outcome, _ in tally.reasons] == ["undecided"]
    assert "could not be looked at" in says(change, policy)
    assert change.actor.principal is None


def test_text_that_is_none_and_signed_by_others(place: Place) -> None:
    policy = place.policy(SIGNED_PUSH)
    for raw, message in (
        (b"", "no empty line"), (text(), "it is not signed"), (place.signed(text()) + b"x\n", "text after"),
        (place.signed(text(), "eve"), "does not list"), (place.signed(text()).replace(b"Ann", b"Eve"), "that does not hold"),
    ):  # fmt: skip
        assert message in says(place.judged(claim(place.blob(raw)), policy), policy)
    assert not (place.folder / "x.git" / "gitward").exists()


def test_taken_once(place: Place) -> None:
    """Whatever became of the first: here it went to a URL that no policy lists."""
    policy = place.policy(SIGNED_PUSH)
    assert "none of this repository's URLs" in says(
        place.judged(claim(place.blob(place.signed(text(pushee="https://example.com/y")))), policy), policy
    )
    oid = place.blob(place.signed(text()))
    assert says(place.judged(claim(oid), policy), policy) == ""
    again = place.judged(claim(oid), policy)
    assert says(again, policy) == "this very push was signed and sent before"
    assert again.actor.principal is None
    resigned = place.signed(text())  # the same text under another signature is the same push
    assert "sent before" in says(place.judged(claim(place.blob(resigned)), policy), policy)


def test_without_a_seed(place: Place) -> None:
    place.git("-C", place.folder / "x.git", "config", "--unset", "receive.certNonceSeed")
    policy = place.policy(SIGNED_PUSH)
    change = place.judged(claim(place.blob(place.signed(text(given=nonce(seed=""))))), policy)
    assert "receive.certNonceSeed is not set" in says(change, policy)


def test_a_thousand_ref_updates_are_no_work(place: Place) -> None:
    policy = place.policy(SIGNED_PUSH)
    commands = [f"{OLD} {NEW} refs/heads/{number}" for number in range(1_000)]
    oid = place.blob(place.signed(text(*commands)))
    with cpu_within(1):
        assert says(place.judged(claim(oid), policy, pushed="\n".join(commands)), policy) == ""
