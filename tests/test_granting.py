"""What a grant means: actions, refs, paths, times, and who could have allowed what is refused."""


import pytest

from gitward.granting import decide, may_read, protecting
from gitward.model import Grant
from timing import cpu_within

MAIN, TOPIC, TAG = "refs/heads/main", "refs/heads/topic", "refs/tags/v1"
ANN = frozenset(["ann", "developer"])
NOW = 1_800_000_000


def allowed(*grants, names=ANN, action="update", ref=MAIN, paths=None, now=NOW):
    return decide(grants, names, action, ref, None if paths is None else frozenset(paths), now).allowed


def grant(who="ann", may="update", refs="refs/**", paths="", **more):
    return Grant(who=tuple(who.split()), may=tuple(may.split()), refs=tuple(refs.split()), paths=tuple(paths.split()), **more)


def test_what_no_grant_allows_is_denied():
    assert not allowed()
    assert not allowed(grant("bob"))
    assert not allowed(grant(), names=frozenset())
    assert allowed(grant())
    assert allowed(grant("bob"), grant("developer"))


@pytest.mark.parametrize("action", ["create", "update", "force", "delete", "tag"])
def test_no_action_stands_for_another(action):
    for given in ("read", "create", "update", "force", "delete", "tag"):
        assert allowed(grant(may=given), action=action) is (given == action)


def test_refs_are_anchored_and_a_mark_takes_out():
    assert not allowed(grant(refs="refs/heads/mai"))
    assert not allowed(grant(refs="refs/heads/main"), ref="refs/heads/main2")
    assert not allowed(grant(refs="refs/heads/*"), ref="refs/heads/a/b")
    assert not allowed(grant(refs="refs/heads/**"), ref="refs/headsx")
    assert allowed(grant(refs="refs/heads/**"), ref="refs/heads/a/b")
    assert allowed(grant(refs="refs/heads/rel*"), ref="refs/heads/release")
    assert not allowed(grant(refs="refs/heads/** !refs/heads/main"))
    assert allowed(grant(refs="refs/heads/** !refs/heads/main"), ref=TOPIC)


def test_a_path_that_a_grant_names_needs_one_that_names_it():
    plain, of_bob = grant(), grant("bob", paths="/ci/**")
    assert allowed(plain, of_bob, paths=[b"src/x"])
    assert not allowed(plain, of_bob, paths=[b"ci/x"])
    assert not allowed(plain, of_bob, paths=[b"src/x", b"ci/x"])
    assert allowed(plain, of_bob, grant(paths="/ci/x"), paths=[b"src/x", b"ci/x"])
    assert allowed(plain, grant("bob", paths="/ci/**", refs=TOPIC), paths=[b"ci/x"])
    assert allowed(plain, grant("bob", paths="/ci/** !/ci/open"), paths=[b"ci/open"])


def test_a_grant_with_paths_is_for_no_other_path():
    only = grant(paths="/docs/**")
    assert allowed(only, paths=[b"docs/x"])
    assert not allowed(only, paths=[b"src/x"])
    assert not allowed(only, paths=[b"docs/x", b"src/x"])
    assert allowed(only, paths=[])
    assert allowed(only)


def test_a_path_is_bytes():
    assert not allowed(grant(), grant("bob", paths="*.key"), paths=[b"a/\xff\n.key"])
    assert allowed(grant(), grant("bob", paths="/ci/**"), paths=[b"CI/x"])


@pytest.mark.parametrize("action", ["delete", "tag"])
def test_beside_what_changes_no_file_paths_give_nothing(action):
    with_paths = grant(may=f"update {action}", paths="/ci/**")
    assert not allowed(with_paths, action=action)
    assert allowed(grant("bob", paths="/ci/**"), grant(may=action), action=action, paths=[b"ci/x"])


def test_a_grant_gives_nothing_outside_its_times():
    limited = grant(valid_after=NOW, valid_before=NOW + 10)
    assert [allowed(limited, now=NOW + second) for second in (-1, 0, 9, 10)] == [False, True, True, False]


def test_time_opens_no_path():
    over = grant("bob", paths="/ci/**", valid_before=NOW)
    verdict = decide((grant(), over), ANN, "update", MAIN, frozenset([b"ci/x"]), NOW)
    assert (verdict.allowed, verdict.grant, verdict.could) == (False, over, ())


def test_the_line_that_decided_the_path_and_who_could():
    plain, of_ci, of_bob = grant("developer"), grant("platform", paths="/ci/**"), grant("bob carol", paths="/ci/x")
    grants = (grant("dan"), plain, of_ci, of_bob)
    verdict = decide(grants, ANN, "update", MAIN, frozenset([b"src"]), NOW)
    assert (verdict.allowed, verdict.grant, verdict.path) == (True, plain, None)
    verdict = decide(grants, ANN, "update", MAIN, frozenset([b"ci/y", b"ci/x", b"src"]), NOW)
    assert (verdict.grant, verdict.path, verdict.refused) == (of_ci, b"ci/x", 2)
    assert verdict.could == ("platform", "bob", "carol")
    verdict = decide(grants, ANN, "force", MAIN, frozenset([b"src"]), NOW)
    assert (verdict.allowed, verdict.grant, verdict.could) == (False, None, ())
    verdict = decide(grants, frozenset(["eve"]), "update", MAIN, frozenset([b"src"]), NOW)
    assert (verdict.path, verdict.could) == (b"src", ("dan", "developer"))


def test_who_could_is_asked_of_each_ref_path_and_moment():
    """What is kept of one question answers no other."""
    grants = (
        grant("dan", refs="refs/heads/**"), grant("bob", refs=MAIN, valid_before=NOW), grant("carol", "force", refs=MAIN),
        grant("platform", refs="refs/heads/**", paths="/ci/"), grant("dan", "tag", refs="refs/tags/v*"),
        grant("eve", "tag", refs="refs/tags/v1*"),
    )  # fmt: skip
    wanted = {
        ("update", MAIN, None, NOW - 1): ("dan", "bob", "platform"), ("update", MAIN, None, NOW): ("dan", "platform"),
        ("update", MAIN, b"src", NOW - 1): ("dan", "bob"), ("update", MAIN, b"src", NOW): ("dan",),
        ("update", MAIN, b"ci/x", NOW): ("platform",), ("update", TOPIC, b"src", NOW - 1): ("dan",),
        ("force", MAIN, b"src", NOW): ("carol",), ("force", TOPIC, None, NOW): (), ("delete", MAIN, None, NOW): (),
        ("tag", TAG, None, NOW): ("dan", "eve"), ("tag", "refs/tags/v2", None, NOW): ("dan",),
        ("tag", "refs/tags/w", None, NOW): (),
    }  # fmt: skip
    for _ in range(2):
        for (action, ref, path, now), could in wanted.items():
            paths = None if path is None else frozenset([path])
            assert decide(grants, frozenset(["nobody"]), action, ref, paths, now).could == could, (action, ref, path, now)


def test_reading_is_of_the_whole_repository():
    assert may_read((grant(may="read", refs=TOPIC),), ANN, NOW).allowed
    assert not may_read((grant(),), ANN, NOW).allowed
    assert not may_read((grant(may="read", valid_before=NOW),), ANN, NOW).allowed
    assert may_read((grant("bob", may="read"), grant("bob carol", may="read")), ANN, NOW).could == ("bob", "carol")


def test_which_grants_name_paths_for_a_ref():
    grants = (grant(), grant(paths="/a", refs=MAIN), grant(may="create", paths="/b", refs="refs/heads/**", valid_before=1))
    assert (protecting(grants, MAIN), protecting(grants, TOPIC), protecting(grants, TAG)) == ({1, 2}, {2}, set())


def test_many_names_of_paths_are_matched_together():
    many = tuple(grant(f"p{number}", paths=f"/d{number}/** /e{number}") for number in range(500))
    assert not allowed(grant(), *many, paths=[b"d499/x"])
    assert not allowed(grant(), *many, paths=[b"e0"])
    assert allowed(grant(), *many, paths=[b"d500/x", b"e/0"])
    assert allowed(*many, names=frozenset(["p7"]), paths=[b"d7/x", b"e7"])


def test_hostile_refs_and_paths_take_linear_time():
    grants = (grant(refs="refs/heads/**"), grant("bob", refs="refs/heads/*/x", paths="/a/** *b*c*d*"), grant("bob", paths="*.md"))
    deep = b"/".join([b"a"] * 100_000)
    with cpu_within(5):
        assert not allowed(*grants, ref="refs/heads/" + "x/" * 30_000 + "x", paths=[deep + b".md"])
        assert allowed(*grants, ref="refs/heads/" + "x/" * 30_000 + "x", paths=[deep])


def test_many_long_patterns_are_no_trouble():
    many = tuple(grant("bob", paths=f"*{letter * 900}*{number}*") for number, letter in enumerate("abcdefghij" * 2))
    assert allowed(grant(), *many, paths=[b"x"])
    assert not allowed(grant(), *many, paths=[b"a" * 900 + b"0"])
    assert not allowed(grant(), *many, paths=[b"j" * 900 + b"19"])
