"""An answer without paths holds whatever the paths are, and one with paths is the push's own."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from policies_of_rights import NOW

from gitward.model import Entry, Grant, Policy, Principal, RefUpdate
from gitward.rights.answer import Asked, answer
from gitward.rights.holders import Rights
from gitward.rules.access import Access
from soaking import examples

PEOPLE = {name: Principal(name=name, roles=roles) for name, roles in (("ann", ("a",)), ("bob", ("a", "b")), ("carol", ()))}
PATHS = (b"x", b"ci/x", b"ci/y", b"docs/z")
REF = "refs/heads/main"
GRANTS = st.builds(
    Grant,
    who=st.lists(st.sampled_from(("ann", "bob", "carol", "a", "b")), min_size=1, max_size=2, unique=True).map(tuple),
    may=st.just(("update",)) | st.just(("create", "update")) | st.just(("create",)),
    refs=st.sampled_from((("refs/**",), (REF,), ("refs/heads/**", "!refs/heads/main"))),
    paths=st.sampled_from(((), ("/ci/**",), ("/ci/x",), ("/docs/**", "/ci/**"))),
    valid_before=st.sampled_from((None, NOW)),
)


def rights(grants: tuple[Grant, ...]) -> Rights:
    rule = Access(grants=grants, members=tuple((name, known.roles) for name, known in PEOPLE.items()))
    policy = Policy(id="x", mode="enforce", entries=(), source="x", digest="")
    having = {role: tuple(name for name, known in PEOPLE.items() if role in known.roles) for role in ("a", "b")}
    everyone = tuple(frozenset(who for name in grant.who for who in having.get(name, (name,))) for grant in grants)
    entry = Entry(id="access", rule=rule, refs=("refs/**",))
    return Rights(policy=policy, entry=entry, grants=grants, people=PEOPLE, having=having, everyone=everyone)


@settings(max_examples=examples(40), deadline=None)
@given(grants=st.lists(GRANTS, min_size=1, max_size=4).map(tuple), who=st.sampled_from(tuple(PEOPLE)))
def test_an_answer_holds(grants: tuple[Grant, ...], who: str) -> None:
    asked = rights(grants)
    told = answer(asked, Asked(who=who, action="update", ref=REF, paths=(), now=NOW)).outcome
    seen = set()
    for paths in (chosen for size in (1, 2) for chosen in combinations(PATHS, size)):
        outcome = answer(asked, Asked(who=who, action="update", ref=REF, paths=paths, now=NOW)).outcome
        update = RefUpdate(ref=REF, old="1" * 40, new="2" * 40, ancestry="ff", pusher=who, touched=frozenset(paths), seen=NOW)
        assert (outcome == "allowed") == (not list(asked.entry.rule.check_update(update)))
        seen.add(outcome)
    assert told == "undecided" or seen == {told}
