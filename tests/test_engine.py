"""The engine: one result per entry, nothing skipped in silence, a crash is undecided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward import batches, engine
from gitward.errors import Undecided
from gitward.message import parse
from gitward.model import Change, Commit, Entry, Policy, RefUpdate, Violation
from gitward.record import record
from gitward.rules.malformed_object import MalformedObject

REF = "refs/heads/main"
KNOWN = frozenset({"message", "merge", "object", "update", "ref", "refs", "push"})


@record
class Word:
    """Denies a message that holds a word; `crash` and `unknown` in the message do what they say."""

    word: str = "bad"
    merges: str = "judge"
    name = "word"
    first = False
    needs = ("message",)

    def check_commit(self, commit):
        text = commit.message.text
        if "crash" in text:
            raise RuntimeError("secret detail")
        if "unknown" in text:
            raise Undecided("cannot be known")
        if self.word in text:
            yield Violation(message=f"holds {self.word}", line=1, column=1)


@record
class NoDelete:
    name = "no-delete"
    first = False
    needs = ("update",)

    def check_update(self, update):
        if update.ancestry == "delete":
            yield Violation(message="deleted")


def commit(text, oid="1" * 40, **how):
    defaults = {"tree": None, "parents": (), "merge": False, "author": None, "committer": None}
    return Commit(oid=oid, message=parse(text.encode()), **{**defaults, **how})


def entry(rule, **how):
    return Entry(**{"id": rule.name, "rule": rule, "refs": ("refs/**",), **how})


def policy(*entries, mode="enforce", ident="p"):
    return Policy(id=ident, mode=mode, entries=entries, source="s", digest="d")


def decide(policies, commits=(), updates=(), scope=None, known=KNOWN):
    flat = engine.entries_of(policies)
    batch = batches.Batch(ref=REF, scope=scope or ("",) * len(flat), commits=tuple(commits))
    change = Change(stage="receive", time="t", updates=tuple(updates), known=known)
    tallies = batches.judge_commits(policies, [batch], known)
    for tally, other in zip(tallies, engine.judge_change(policies, change), strict=True):
        tally.merge(other)
    return engine.conclude(policies, change, tallies, decision_id="i", version="v", commits=len(commits))


@pytest.mark.parametrize(
    ("texts", "code", "outcome"),
    [
        (["fine"], 0, "passed"),
        (["bad"], 1, "violated"),
        (["fine", "bad"], 1, "violated"),
        (["crash"], 3, "undecided"),
        (["unknown"], 3, "undecided"),
        (["bad", "crash"], 3, "undecided"),
        ([], 0, "not-applicable"),
    ],
)
def test_outcomes(texts, code, outcome):
    decision = decide((policy(entry(Word())),), [commit(text) for text in texts])
    (result,) = decision.results
    assert (decision.exit_code, result.outcome) == (code, outcome)
    assert result.judged + result.undecided == len(texts)


def test_a_crash_names_its_kind_and_nothing_else():
    decision = decide((policy(entry(Word())),), [commit("crash")])
    assert decision.results[0].reasons == (("undecided", "the rule crashed: RuntimeError (111111111111)", 1),)


def test_a_warning_and_a_policy_in_evaluate_deny_nothing_but_show():
    warned = decide((policy(entry(Word(), severity="warning")),), [commit("bad")])
    assert (warned.exit_code, warned.results[0].outcome) == (0, "violated")
    evaluated = decide((policy(entry(Word()), mode="evaluate"),), [commit("crash")])
    assert (evaluated.exit_code, evaluated.would_be) == (0, "undecided")


def test_what_is_out_of_scope_is_counted_with_its_reason():
    entries = (entry(Word(), id="a"), entry(Word(), id="b"), entry(Word(), id="c"))
    decision = decide((policy(*entries),), [commit("bad")], scope=("refs", "since", ""))
    assert [result.outcome for result in decision.results] == ["not-applicable", "exempt", "violated"]
    assert [result.reasons for result in decision.results[:2]] == [
        (("not-applicable", "refs", 1),),
        (("exempt", "since", 1),),
    ]


def test_exempt_by_full_oid_only():
    one, other = "1" * 40, "1" * 39 + "2"  # alike as far as anyone abbreviates
    decision = decide(
        (policy(entry(Word(), exempt=frozenset({one}))),), [commit("bad", oid=one), commit("bad", oid=other)]
    )
    (result,) = decision.results
    assert (result.exempt, result.violated) == (1, 1)
    assert result.violations[0].commit == other


def test_merges_are_known_by_parents_never_by_title():
    rule = Word(merges="skip")
    decision = decide((policy(entry(rule)),), [commit("Merge bad"), commit("bad", merge=True)])
    (result,) = decision.results
    assert (result.violated, result.not_applicable) == (1, 1)
    assert result.reasons == (("not-applicable", "merge", 1),)


def test_a_malformed_commit_is_violated_at_the_gate_and_nowhere_else():
    gate = entry(MalformedObject())
    decision = decide((policy(entry(Word()), gate),), [commit("bad", malformed="two author lines")])
    by_entry = {result.entry: result for result in decision.results}
    assert by_entry["malformed-object"].outcome == "violated"
    assert by_entry["word"].reasons == (("not-applicable", "malformed", 1),)
    assert decision.exit_code == 1


@pytest.mark.parametrize("parents", [(), ("2" * 40,), ("2" * 40, "3" * 40)])
def test_a_violation_says_how_many_parents_its_commit_has(parents):
    found = decide((policy(entry(Word())),), [commit("bad", parents=parents)])
    assert found.results[0].violations[0].parents == len(parents)


def test_a_fact_that_the_stage_cannot_know_is_a_reason():
    decision = decide((policy(entry(Word())),), [commit("bad")], known=frozenset())
    assert decision.results[0].reasons == (("not-applicable", "message not known here", 1),)


def test_updates():
    updates = [
        RefUpdate(ref=REF, old="1" * 40, new="0" * 40, ancestry="delete"),
        RefUpdate(ref="refs/heads/x", old="0" * 40, new="1" * 40, ancestry="create"),
        RefUpdate(ref="refs/heads/y", old="", new="1" * 40, ancestry="range"),
    ]
    decision = decide((policy(entry(NoDelete(), refs=("refs/heads/*",))),), updates=updates)
    (result,) = decision.results
    assert (result.violated, result.passed, result.not_applicable) == (1, 1, 0)
    assert (result.violations[0].ref, result.violations[0].entry) == (REF, "no-delete")


@record
class OfFiles:
    name = "of-files"
    first = False
    needs = ("paths",)

    def check_commit(self, commit):
        yield from ()


def test_files_that_come_in_no_commit_are_refused_by_who_reads_files():
    """A tag of a blob or a tree: else a secret comes in as one."""

    def tag(kind, ref="refs/tags/x", ancestry="create", new="1" * 40):
        return RefUpdate(ref=ref, old="0" * 40, new=new, ancestry=ancestry, kind=kind, peeled=new)

    statement = f"refs/gitward/statements/{'1' * 40}/{'2' * 64}"
    updates = [
        tag("blob"), tag("tree", "refs/tags/y", "non-ff"), tag("commit", "refs/tags/z"), tag("blob", statement),
        tag("tree", "refs/other/x"), tag("blob", "refs/tags/range", "range"), tag("none", "refs/tags/gone", "delete", "0" * 40),
    ]  # fmt: skip
    given = (policy(entry(OfFiles(), refs=("refs/tags/*", "refs/gitward/**")), entry(Word())),)
    files, words = decide(given, updates=updates, known=KNOWN | {"paths"}).results
    assert [(each.ref, each.message.split(":")[0]) for each in files.violations] == [
        ("refs/tags/x", "it leads to a blob"), ("refs/tags/y", "it leads to a tree")
    ]  # fmt: skip
    assert (files.violated, files.passed, words.violated) == (2, 0, 0)


def test_violations_beyond_a_hundred_are_counted():
    decision = decide((policy(entry(Word())),), [commit("bad")] * 250)
    (result,) = decision.results
    assert (len(result.violations), result.violation_count, result.violated) == (100, 250, 250)


texts = st.lists(st.sampled_from(["fine", "bad", "ugly", "crash", "unknown"]), max_size=8)
entries = st.lists(st.builds(Word, word=st.sampled_from(["bad", "ugly", "x"])), min_size=1, max_size=4)


@given(texts, entries, entries, st.sampled_from(["enforce", "evaluate"]))
def test_a_further_entry_or_policy_only_forbids_more(messages, first, second, mode):
    commits = [commit(text) for text in messages]
    named = [entry(rule, id=f"e{index}") for index, rule in enumerate(first)]
    more = [entry(rule, id=f"f{index}") for index, rule in enumerate(second)]
    alone = decide((policy(*named),), commits)
    longer = decide((policy(*named, *more),), commits)
    beside = decide((policy(*named), policy(*more, mode=mode, ident="q")), commits)
    for wider in (longer, beside):
        assert alone.allowed or not wider.allowed
        assert wider.results[: len(alone.results)] == alone.results


@given(texts, st.integers(0, 8))
def test_judging_in_parts_is_judging_at_once(messages, cut):
    policies = (policy(entry(Word()), entry(Word(word="ugly"), id="w2")),)
    commits = [commit(text) for text in messages]

    def tallies(part, at):
        batch = batches.Batch(ref=REF, scope=("", ""), commits=tuple(part), at=at)
        return batches.judge_commits(policies, [batch], KNOWN)

    whole = tallies(commits, 0)
    cut = min(cut, len(commits))
    for parts, others in ((commits[:cut], 0), (commits[cut:], cut)), ((commits[cut:], cut), (commits[:cut], 0)):
        added = tallies(*parts)
        for tally, rest in zip(added, tallies(*others), strict=True):
            tally.merge(rest)
        assert [counted(tally) for tally in added] == [counted(tally) for tally in whole]


def counted(tally):
    return {name: getattr(tally, name) for name in tally.__slots__}


@given(st.permutations(range(6)))
def test_the_oldest_violations_are_kept_whatever_is_judged_first(order):
    policies = (policy(entry(Word())),)
    parts = [[commit("bad", oid=f"{part * 40 + number:040x}") for number in range(40)] for part in range(6)]
    (sum_,) = engine.new_tallies(policies)
    for part in order:
        batch = batches.Batch(ref=REF, scope=("",), commits=parts[part], at=part * 40 - 120)
        (tally,) = batches.judge_commits(policies, [batch], KNOWN)
        sum_.merge(tally)
    assert (sum_.violated, sum_.total) == (240, 240)
    assert [violation.commit for violation in sum_.violations] == [f"{number:040x}" for number in range(100)]


def test_a_commit_that_is_set_aside_counts_nowhere_and_keeps_its_place():
    policies = (policy(entry(Word())),)
    batch = batches.Batch(ref=REF, scope=("",), commits=(commit("bad"), None, commit("crash")), at=7)
    (tally,) = batches.judge_commits(policies, [batch], KNOWN)
    assert (tally.violated, tally.counts) == (1, {"undecided": 1})
    assert [at for at, _ in tally.kept] == [7]
    assert list(tally.first.values()) == [(9, "1" * 12)]


def test_a_report_says_where_nobody_can_be_exempt():
    """Who signs, or pushes, is not known at every stage; then an exemption lets nobody go, and says so."""
    from gitward.engine import conclude, judge_change, new_tallies
    from gitward.model import Change, Entry, Policy, RefUpdate
    from gitward.rules.no_fixup import NoFixup
    from gitward.rules.no_ref_deletion import NoRefDeletion

    def said(rule, known, violated=1, **facts):
        entry = Entry(id="e", rule=rule, refs=("refs/**",), exempt_principals=frozenset({"bot"}))
        policies = (Policy(id="p", mode="enforce", entries=(entry,), source="s", digest="d"),)
        gone = RefUpdate(ref="refs/heads/x", old="1" * 40, new="0" * 40, ancestry="delete", kind="none")
        change = Change(stage="receive", time="t", updates=(gone,), known=frozenset(known), **facts)
        tallies = judge_change(policies, change) if hasattr(rule, "check_update") else new_tallies(policies)
        tallies[0].violated += violated
        return conclude(policies, change, tallies, decision_id="i", version="v").notices

    assert said(NoFixup(), {"message"}) == ("[e] nobody is exempt here: who signs the commit is not known yet",)
    assert said(NoFixup(), {"message", "signature"}) == ()
    assert said(NoFixup(), {"message"}, violated=0) == ()
    assert said(NoRefDeletion(), {"update"}, violated=0) == ("[e] nobody is exempt here: nothing proves who pushes",)
    assert said(NoRefDeletion(), {"update"}, violated=0, pushers=("",)) != ()
    assert said(NoRefDeletion(), {"update"}, violated=0, pushers=("bot",)) == ()
