"""Nobody waives a change of their own, under whatever name, address, account or key it is theirs. Real keys, judged as pushed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from approving import MAIN, URL, Desk, made_keys

from gitward import waiverfacts
from gitward.adapters import waiving
from gitward.adapters.arrivals import arrivals
from gitward.model import Decision
from gitward.policy import load
from gitward.pushees import normal
from gitward.statements import keeping

POLICY = """\
version: 1
policy: {{id: shop}}
principals:
  ann: {{addresses: [ann@example.com], keys: [{{ssh: "{ann}"}}, {{ssh: "{ann2}"}}]}}
  bob: {{addresses: [bob@example.com], keys: [{{ssh: "{bob}"}}]}}
  dan: {{addresses: [dan@example.com]}}
  root: {{kind: service, addresses: [root@example.com, Bob@example.com], keys: [{{ssh: "{carol}"}}]}}
  robot: {{kind: service, keys: [{{ssh: "{robot}"}}]}}
waivers:
  - {{rules: [change-ticket, names], who: [ann, bob]}}
rules:
  - {{rule: ticket-reference, id: change-ticket, pattern: 'CHG[0-9]{{7}}'}}
  - {{rule: ref-name, id: names, pattern: '[a-z]+', refs: [refs/heads/main, refs/heads/BAD]}}
"""
BAD = "refs/heads/BAD"
OLD = "Ann <ann@example.com> <ann@old.example.com>\n"  # a line of a mailmap


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_keys(tmp_path_factory.mktemp("held"))


class Till(Desk):
    """The desk, with a policy under which everybody may waive, for what is not their own."""

    def waive(self, who: str, *commits: str, entry: str = "change-ticket", ref: str = "") -> list[str]:
        asked = waiving.Asked(policy="shop", entries=(entry,), commits=commits, ref=ref, reason="the tracker is down",
                              ticket="", expires=int(time.time()) + 3600)  # fmt: skip
        return list(waiving.waive(asked, self.place(who)))

    def place(self, who: str) -> keeping.Place:
        return keeping.Place(folder=str(self.folder), oid_length=40, url=normal(URL), key=str(self.keys / who))

    def text(self) -> bytes:
        public = {name: (self.keys / f"{name}.pub").read_text().strip() for name in ("ann", "ann2", "bob", "carol", "robot")}
        return POLICY.format(**public).encode()

    def signed(self, who: str, parent: str) -> str:
        """A commit under an address that is nobody's, which somebody has signed."""
        settings = ("gpg.format=ssh", f"user.signingKey={self.keys / who}", "user.name=X", "user.email=x@x.example")
        words = [word for each in settings for word in ("-c", each)]
        return self.git(*words, "commit-tree", "-S", "-p", parent, "-m", "x", self.tree(parent))

    def judged(self, new: str, pusher: str = "dan", **how: Any) -> Decision:
        policy = load.load_with_tests({"p.yaml": self.text()}.get, "p.yaml", "p.yaml")[0]
        decision = self.push(new, pusher=pusher, policy=policy, **how)
        assert decision.failure is None, decision.failure
        return decision


@pytest.fixture
def till(tmp_path: Path, held: Path, home: Path) -> Till:
    return Till(tmp_path / "till", held)


def left(decision: Decision, entry: str) -> set[str | None]:
    """The commits, or the refs, that violate an entry and are not let go."""
    (result,) = (each for each in decision.results if each.entry == entry)
    return {violation.commit or violation.ref for violation in result.violations}


def test_a_commit_is_of_whoever_it_names_or_carries_the_signature_of(till: Till) -> None:
    base = till.commit({".mailmap": OLD}, till.base, author="dan")
    till.set(MAIN, base)
    tip = other = till.commit({"a": "other"}, base, author="dan")
    ones = []
    for how in (
        {"address": "ANN@old.example.com"},
        {"message": "x\n\nCo-authored-by: A B <ann@old.example.com>\n"},
        {"address": "7+ann@users.noreply.github.com"},
    ):
        tip = till.commit({"a": str(how)}, tip, author="dan", **how)
        ones.append(tip)
    ones.append(till.signed("ann2", tip))
    till.waive("ann", other, *ones)
    decision = till.judged(ones[-1])
    assert left(decision, "change-ticket") == set(ones)
    (result,) = (each for each in decision.results if each.entry == "change-ticket")
    assert [each.subjects for each in result.let_go] == [1]
    till.waive("bob", *ones)
    assert left(till.judged(ones[-1]), "change-ticket") == set()


def test_the_mailmap_is_that_of_before(till: Till) -> None:
    """What the change itself says of addresses helps nobody and harms nobody."""
    change = till.commit({".mailmap": OLD}, till.base, author="dan", address="ann@old.example.com")
    till.waive("ann", change)
    assert left(till.judged(change), "change-ticket") == set()
    base = till.commit({".mailmap": OLD}, till.base, author="dan")
    till.set(MAIN, base)
    change = till.commit({".mailmap": None}, base, author="dan", address="ann@old.example.com")
    till.waive("ann", change)
    decision = till.judged(change)
    assert left(decision, "change-ticket") == {change}
    words = "of ann counts for nothing: 1 of ann, bob must waive, other than who pushes or wrote it (p.yaml:10)"
    assert any(words in line for line in decision.notices)


def test_an_update_is_of_who_made_any_commit_of_it(till: Till) -> None:
    """By an address of before, and by a signature under a name that is nobody's."""
    base = till.commit({".mailmap": OLD}, till.base, author="dan")
    till.set(BAD, base)
    named = till.commit({"a": "1"}, base, author="dan", address="ann@old.example.com")
    signed = till.signed("ann2", base)
    for first in (named, signed):
        change = till.commit({"a": "2"}, first, author="dan")
        till.waive("ann", change, entry="names", ref=BAD)
        assert left(till.judged(change, ref=BAD, old=base), "names") == {BAD}


def test_of_a_new_ref_it_is_what_no_ref_has_that_the_entry_judges(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits on another ref came in under other rules; so it is still somebody's, whoever made the commit on top of it."""
    mine = till.commit({"a": "1"}, till.base)
    change = till.commit({"a": "2"}, mine, author="dan")
    till.waive("ann", change, entry="names", ref=BAD)
    till.set("refs/heads/parked", change)
    assert left(till.judged(change, ref=BAD), "names") == {BAD}
    till.set(MAIN, mine)
    assert left(till.judged(change, ref=BAD), "names") == set()
    monkeypatch.setattr(waiverfacts, "MOST", 0)
    decision = till.judged(change, ref=BAD)
    assert left(decision, "names") == {BAD}
    words = f"who made what {BAD} brings is not known: more than 10,000 commits or people would be asked for"
    assert any(line.endswith(words) for line in decision.notices)


def test_the_log_says_of_a_signer_that_it_is_a_service_or_who_else_it_may_be(till: Till, tmp_path: Path) -> None:
    """So whoever reads the log knows whether a closing counts."""
    (glass,) = till.waive("bob", ref=MAIN, entry="*")
    refs = {who: waiving.close(glass.rpartition("/")[2], "read it", till.place(who)) for who in ("robot", "carol", "ann")}
    (tmp_path / "p.yaml").write_bytes(till.text())
    oids = {ref: till.git("rev-parse", ref) for ref in (glass, *refs.values())}
    said = [json.loads(item.event)["statement"] for item in arrivals(str(till.folder), oids, [str(tmp_path / "p.yaml")])]
    came = {each["ref"]: each for each in said}
    of = {who: came[ref]["signers"] for who, ref in {"bob": glass, **refs}.items()}
    assert of == {
        "bob": [{"id": "bob", "policy": "shop", "also": ["root"]}],
        "robot": [{"id": "robot", "policy": "shop", "type": "service"}],
        "carol": [{"id": "root", "policy": "shop", "type": "service", "also": ["bob"]}],
        "ann": [{"id": "ann", "policy": "shop"}],
    }
