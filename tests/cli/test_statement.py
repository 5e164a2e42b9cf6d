"""`gitward statement`: evidence signed, listed, shown, taken back, sent and archived, whatever others have written into it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gitward.audit import creation, recorder
from gitward.audit.statements import statement_received
from gitward.cli.statement import statement
from gitward.errors import GitwardError, UsageError
from gitward.model import Approval, Waiver
from gitward.repository import open_repository
from gitward.statements import keeping
from gitward.statements.envelope import encoded, opened
from gitward.statements.reading import read
from gitward.statements.signing import signed
from gitward.statements.storing import store
from soaking import long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run

PREFIX = "refs/gitward/statements/"
TYPE = "https://in-toto.io/attestation/test-result/v0.1"
POLICY = """\
version: 1
policy: {{id: shop}}
principals: {{carol: {{keys: [{{ssh: "{key}"}}]}}}}
rules: [{{rule: subject-length}}]
"""


class Clone:
    """A clone whose policy knows Carol, with her key and a stranger's beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bare = folder, folder.parent / "server.git"
        for name in ("carol", "eve"):
            path = folder.parent / name
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
        self.git("init", "-q", "--bare", "--template=", str(self.bare), where=folder.parent)
        self.git("init", "-q", "--template=", "-b", "main", str(folder), where=folder.parent)
        key = (folder.parent / "carol.pub").read_text().strip()
        (folder / ".gitward.yaml").write_text(POLICY.format(key=key))
        self.git("add", ".gitward.yaml")
        self.git("commit", "-q", "-m", "one")
        self.git("commit", "-q", "--allow-empty", "-m", "two")
        self.git("remote", "add", "origin", str(self.bare))
        self.head = self.git("rev-parse", "HEAD")

    def git(self, *words: str, where: Path | None = None, stdin: bytes = b"") -> str:
        done = subprocess.run(["git", *words], cwd=where or self.folder, check=True, capture_output=True, input=stdin)
        return done.stdout.decode().strip()

    def key(self, who: str) -> str:
        return str(self.folder.parent / who)

    def run(self, *words: str, stdin: bytes | None = None, repo: Path | None = None) -> Result:
        command = [*words, "--repo", str(repo or self.folder)]
        done = CliRunner().invoke(statement, command, input=stdin, standalone_mode=False)
        if done.exception:
            raise done.exception
        return done

    def add(self, predicate: str = '{"result": "PASSED"}', *words: str, who: str = "carol", of: str = TYPE) -> str:
        """The ref of evidence about HEAD."""
        given = ("--type", of, "--predicate", "-", "--key", self.key(who))
        said = self.run("add", *given, *words, stdin=predicate.encode()).output
        return next(line.removeprefix("added: ") for line in said.splitlines() if line.startswith("added: "))

    def raw(self, payload: bytes, who: str = "carol") -> str:
        """The id of what is no work of ours, signed all the same."""
        return store(str(self.folder), signed(payload, str(self.folder), self.key(who))).rpartition("/")[2]

    def refs(self, where: Path | None = None) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname)", PREFIX, where=where).split()


@pytest.fixture
def clone(tmp_path: Path, home: Path) -> Clone:
    return Clone(tmp_path / "clone")


def test_from_making_one_to_taking_it_back(clone: Clone) -> None:
    path = clone.folder.parent / "result.json"
    path.write_text('{"result": "PASSED", "passed": ["a", "b"]}')
    done = clone.run("add", "--type", TYPE, "--predicate", str(path), "--key", clone.key("carol"), "--push", "HEAD~1")
    (ref,) = clone.refs()
    assert done.output == f"added: {ref}\nsent to origin\n"
    before = clone.git("rev-parse", "HEAD~1")
    identity = ref.rpartition("/")[2]
    assert (ref.split("/")[3], clone.refs(clone.bare)) == (before, [ref])
    assert clone.run("list").output == (
        f"evidence {identity[:12]} about {before[:12]}\n  {TYPE}, stands\n  shop: signed by carol\n1 statement\n"
    )
    shown = clone.run("show", identity[:8]).output
    assert shown.startswith(f"statement {identity}\nref {ref}\nkind evidence\nsignature SHA256:")
    assert '  "predicate": {\n    "passed": [\n      "a"\n      "b"\n    ]\n    "result": "PASSED"\n  }\n' in shown
    done = clone.run("revoke", identity[:8], "--reason", "flaky", "--key", clone.key("carol"))
    assert done.output.splitlines()[1].startswith("send it: git push origin refs/gitward/statements/")
    listed = clone.run("list", "HEAD~1").output
    assert "  shop: counts for nobody, revoked by carol: flaky\n" in listed
    assert f": of {identity[:12]}: flaky\n" in listed
    assert clone.run("list", "HEAD").output == "0 statements\n"
    assert clone.run("send").output == "1 sent to origin\n"
    assert clone.run("send").output == "nothing to send\n"
    assert clone.refs() == clone.refs(clone.bare)


def test_the_list_for_programs_and_what_the_server_archives(clone: Clone) -> None:
    clone.git("push", "-q", "origin", "main")
    mine, foreign = clone.add("{}", "--push"), clone.add("{}", "--push", who="eve")
    with open_repository(str(clone.folder)) as repository:
        at = keeping.place(repository, str(clone.folder), key=clone.key("carol"))
    said = Approval(ref="refs/heads/main", base="0" * 40, commit=clone.head, tree=clone.git("rev-parse", "HEAD^{tree}"))
    approval = keeping.keep(at, "approval", (clone.head,), said)
    clone.run("send", approval.rpartition("/")[2])
    assert clone.run("archive", repo=clone.bare).output == "3 moved to refs/gitward/archive, 0 left as refs\n"
    assert clone.run("archive", repo=clone.bare).output == "0 moved to refs/gitward/archive, 0 left as refs\n"
    policy = str(clone.folder / ".gitward.yaml")
    found = json.loads(clone.run("list", "--format", "json", "--policy", policy, repo=clone.bare).output)
    assert (found["schema"], [each["id"] for each in found["policies"]]) == ("gitward.statements/1", ["shop"])
    by_id = {each["id"]: each for each in found["statements"]}
    assert by_id.keys() == {ref.rpartition("/")[2] for ref in (mine, foreign, approval)}
    one = by_id[approval.rpartition("/")[2]]
    assert one == {
        "id": one["id"], "kind": "approval", "predicate_type": "urn:gitward:approval:1", "is_archived": True,
        "subjects": [clone.head], "repository": f"file:{clone.bare.with_suffix('')}", "made": one["made"],
        "signers": [{"policy": "shop", "by": ["carol"], "against": "", "is_revoked": False}],
    }  # fmt: skip
    (unknown,) = by_id[foreign.rpartition("/")[2]]["signers"]
    assert (unknown["by"], "which the policy does not list" in unknown["against"]) == ([], True)
    assert json.loads(clone.run("list", "--format", "json", repo=clone.bare).output)["statements"][0]["signers"] == []
    of_head = clone.run("list", clone.head, "--policy", policy, repo=clone.bare).output
    assert (of_head.count(f"about {clone.head[:12]}"), of_head.splitlines()[-1]) == (3, "3 statements")
    assert clone.run("list", f"{clone.head}~1", repo=clone.bare).output == "0 statements\n"
    assert "there is no policy here" in clone.run("list", repo=clone.bare).output


HOSTILE = "\x1b[2J\u202e##vso[x]\u0085\u2028\r"


def test_hostile_text_reaches_no_terminal(clone: Clone) -> None:
    predicate = json.dumps({HOSTILE: HOSTILE, "deep": [[[[[[[[[[{HOSTILE: 1}]]]]]]]]]]}, ensure_ascii=False)
    identity = clone.add(predicate).rpartition("/")[2]
    plain = {"_type": "https://in-toto.io/Statement/v1", "predicateType": HOSTILE * 100, "predicate": 1,
             "subject": [{"digest": {"sha1": clone.head}}]}  # fmt: skip
    other = clone.raw(json.dumps(plain).encode())
    half = clone.raw(json.dumps({**plain, "predicateType": "\ud800"}).encode())
    for words in (("list",), ("show", identity), ("show", other), ("show", half)):
        said = clone.run(*words).output
        assert all(each.isprintable() or each == "\n" for each in said), words
        assert "##" not in said
        assert max(map(len, said.split("\n"))) < 6_000
    for words in (("list", "--format", "json"), ("show", other, "--format", "json")):
        assert clone.run(*words).output.isascii()
    json.loads(clone.run("list", "--format", "json").output)


def test_what_is_nested_deep_or_long_costs_no_more_than_it_is_long(clone: Clone) -> None:
    head = b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha1":"%b"}}],"predicateType":"x:y","predicate":'
    size = 0
    for middle in (b"[" * 900 + b"]" * 900, b"[" * 60 + b"1," * 22_000 + b"1" + b"]" * 60, b"[" + b"{}," * 14_000 + b"{}]"):
        said = clone.run("show", clone.raw(head % clone.head.encode() + middle + b"}")).output
        size = max(size, len(said))
    assert size < 1 << 20
    with pytest.raises(GitwardError, match="nested too deep"):
        clone.run("show", clone.raw(head % clone.head.encode() + b"[" * 970 + b"]" * 970 + b"}"), "--format", "json")


REFUSED: dict[tuple[str, ...], str] = {
    ("add", "--type", TYPE, "--predicate", "no/such/file"): "cannot be read",
    ("add", "--type", "urn:gitward:waiver:1", "--predicate", "-"): "gitward's own",
    ("add", "--type", "result", "--predicate", "-"): "is no predicate type",
    ("add", "--type", TYPE, "--predicate", "-", "nowhere"): "nowhere",
    ("add", "--type", TYPE, "--predicate", "-", "HEAD^{tree}"): "is a tree, no commit",
    ("add", "--type", TYPE, "--predicate", "-", "--remote", "x"): "there is no remote 'x'",
    ("add", "--type", TYPE, "--predicate", "-", "--key", "no/such/key"): "could not sign",
    ("revoke", "abcd"): "--reason is missing",
    ("revoke", "abcd", "--reason", "x"): "no statement here begins with 'abcd'",
    ("revoke", "--reason", "x", "../x"): "is no id of a statement",
    ("show", "zz"): "is no id of a statement",
    ("show", "e" * 64): "no statement here is",
    ("send", "e" * 64): "no statement here is",
    ("list", "nowhere"): "nowhere",
    ("list", "--policy", "no/such/file"): "no/such/file",
    ("archive",): "is a clone",
}  # fmt: skip


def test_refusals_name_the_cause_and_change_nothing(clone: Clone) -> None:
    for words, why in REFUSED.items():
        with pytest.raises(GitwardError) as found:
            clone.run(*words, stdin=b"{}")
        assert why in f"{found.value} {found.value.fix}", words
    for predicate, why in (('{"a": 0.5}', "no integer"), ("[]", "no object"), ("x" * 50_000, "more than 49152 bytes"),
                           (json.dumps({"a": "x" * 49_000}), "at most 65536")):  # fmt: skip
        with pytest.raises(UsageError) as refused:
            clone.add(predicate)
        assert (why in refused.value.message, bool(refused.value.fix)) == (True, True), predicate[:40]
    assert clone.refs() == []


def test_an_altered_one_is_listed_for_nobody(clone: Clone) -> None:
    ref = clone.add('{"result": "FAILED"}')
    held = opened(clone.git("cat-file", "blob", ref).encode())
    store(str(clone.folder), encoded(held.payload.replace(b"FAILED", b"PASSED"), held.signatures))
    said = clone.run("list").output
    assert ("shop: signed by carol" in said, "that does not hold" in said, "2 statements" in said) == (True, True, True)


def test_when_a_log_received_each(clone: Clone, tmp_path: Path) -> None:
    """By the first entry about its blob; one that the log never received says so, and one that had ended by then."""
    refs = {clone.add(json.dumps({"result": word})): word for word in ("PASSED", "FAILED")}
    with open_repository(str(clone.folder)) as repository:
        at = keeping.place(repository, str(clone.folder), key=clone.key("carol"))
    gone = Waiver(policy="shop", ref="refs/heads/main", entries=("subject-length",), reason="x", ticket="", commits=(clone.head,),
                  expires=1_700_000_000)  # fmt: skip
    refs[keeping.keep(at, "waiver", (clone.head,), gone)] = "waiver"
    log = str(tmp_path / "log")
    creation.make(log)
    for ref, word in refs.items():
        if word != "FAILED":
            blob = clone.git("cat-file", "blob", ref).encode()
            recorder.record(log, statement_received(str(clone.bare), ref, blob))
            recorder.record(log, statement_received(str(clone.bare), ref, blob))
    said = json.loads(clone.run("list", "--first-seen", log, "--format", "json").output)["statements"]
    by = {refs[f"{PREFIX}{each['subjects'][0]}/{each['id']}"]: each["received"] for each in said}
    assert by["FAILED"] is None
    assert (by["PASSED"]["seq"], by["PASSED"]["when_expired"]) == (1, False)
    assert (by["waiver"]["seq"], by["waiver"]["when_expired"]) == (3, True)
    text = clone.run("list", "--first-seen", log).output
    assert f"  received as entry 1, {by['PASSED']['time']}\n" in text
    assert f"  received as entry 3, {by['waiver']['time']}, when it had ended\n" in text
    assert "  the log never received it\n" in text
    assert "received" not in clone.run("list").output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_whoever_archives_is_whose_the_repository_is(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", "*")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    os.chown(clone.bare, 65_534, 65_534)
    with pytest.raises(GitwardError, match="belongs to another user"):
        clone.run("archive", repo=clone.bare)


@long
def test_what_is_archived_here_is_not_sent(clone: Clone) -> None:
    ref = clone.add("{}", "--push")
    clone.run("archive", repo=clone.bare)
    clone.git("fetch", "-q", "origin", "+refs/gitward/archive:refs/gitward/archive")
    clone.git("update-ref", "-d", ref)
    assert ", archived\n" in clone.run("list").output
    assert read(clone.git("cat-file", "blob", clone.git("rev-parse", "refs/gitward/archive:" + "/".join(
        (clone.head[:2], clone.head, ref.rpartition("/")[2])))).encode()) is not None  # fmt: skip
    with pytest.raises(GitwardError, match="is in the archive here"):
        clone.run("send", ref.rpartition("/")[2][:10])


@long
def test_the_exit_codes_of_the_real_command(clone: Clone, gitward: Run) -> None:
    words: Any = ("statement", "list", "--repo", clone.folder)
    assert gitward(*words).returncode == 0
    assert gitward("statement", "show", "zz", "--repo", clone.folder).returncode == 2
    assert gitward("statement", "show", "abcd", "--repo", clone.folder).returncode == 3
    assert gitward("statement", "add", "--repo", clone.folder).returncode == 2
