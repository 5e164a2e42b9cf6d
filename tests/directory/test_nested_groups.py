"""Groups in groups: who is in them is a member, once, whatever way leads there; and what is too much is an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from slapds import ADMIN, PASSWORD, SUFFIX, Slapd, group, person, slapd

from gitward.directory import groups, nesting, settings
from gitward.directory.search import Directory
from gitward.errors import GitwardError

PEOPLE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
NAMES = ("ann", "bob", "carol", "dan", "eve")
OF = {name: name for name in NAMES[:4]}
"""Eve is no principal."""
HEIGHT = 40


def who(*names: str) -> list[str]:
    return [f"uid={name},{PEOPLE}" for name in names]


def inner(*names: str) -> list[str]:
    return [f"cn={name},{GROUPS}" for name in names]


@pytest.fixture(scope="module")
def made() -> Iterator[Slapd]:
    unique = "".join(f"uniqueMember: {dn}\n" for dn in (*who("carol"), *inner("leaf")))
    with slapd(
        *map(person, NAMES),
        group("top", *who("ann"), *inner("left", "right"), f"CN=Away , dc=example,{SUFFIX}", f"cn=away,ou=other,{SUFFIX}"),
        group("left", *inner("leaf", "Odd Name")), group("right", *inner("leaf"), *who("bob", "eve")), group("leaf", *who("bob")),
        group("Odd Name", *who("dan")),
        group("one", *inner("two"), *who("ann")), group("two", *inner("one", "two"), *who("carol")),
        f"\ndn: cn=kinds,{GROUPS}\nobjectClass: groupOfUniqueNames\ncn: kinds\n{unique}",
        f"\ndn: ou=other,{SUFFIX}\nobjectClass: organizationalUnit\nou: other\n",
        f"\ndn: cn=away,ou=other,{SUFFIX}\nobjectClass: groupOfNames\ncn: away\nmember: uid=dan,{PEOPLE}\n",
        f"\ndn: ou=deep,{SUFFIX}\nobjectClass: organizationalUnit\nou: deep\n",
        *(f"\ndn: cn=d{at},ou=deep,{SUFFIX}\nobjectClass: groupOfNames\ncn: d{at}\nmember: cn=d{at + 1},ou=deep,{SUFFIX}\n"
          for at in range(HEIGHT)),
    ) as running:  # fmt: skip
        (running.folder / "password").write_text(PASSWORD)
        (running.folder / "password").chmod(0o600)
        yield running


def found(made: Slapd, base: str = GROUPS, **more: object) -> groups.Found:
    said = settings.Settings(bind_dn=ADMIN, password_file=str(made.folder / "password"), people_base=PEOPLE,
                             people="(objectClass=inetOrgPerson)", **more)  # fmt: skip
    return groups.gather(Directory(uri=made.socket, settings=said), base, OF)


def test_groups_in_groups_are_opened(made: Slapd) -> None:
    all_of = found(made)
    top = all_of.groups["top"]
    assert top.members == ("ann", "bob", "dan")
    assert sorted(name.split(",")[0] for name in top.opened) == ["cn=Odd Name", "cn=leaf", "cn=left", "cn=right"]
    assert [why for _, why in top.left_out] == ["there is no such entry among the people"] * 2, "what is outside of the base"
    assert all_of.groups["kinds"].members == ("bob", "carol")
    assert [why for _, _, why in groups.left_out(all_of)].count("none of its accounts is a principal") == 1, "of right"


def test_a_circle_ends(made: Slapd) -> None:
    both = found(made).groups
    assert both["one"].members == both["two"].members == ("ann", "carol")
    assert (len(both["one"].opened), len(both["two"].opened)) == (1, 1)


def test_the_revision_is_of_all_that_was_read(made: Slapd) -> None:
    before = found(made).groups
    assert "with 4 groups in it, changed last 2" in before["top"].revision
    assert "with" not in before["leaf"].revision
    made.change(f"dn: cn=leaf,{GROUPS}\nchangetype: modify\nadd: member\nmember: uid=carol,{PEOPLE}\n")
    after = found(made).groups
    made.change(f"dn: cn=leaf,{GROUPS}\nchangetype: modify\ndelete: member\nmember: uid=carol,{PEOPLE}\n")
    assert after["top"].members == ("ann", "bob", "carol", "dan")
    assert [name for name in before if before[name].revision != after[name].revision] == ["top", "left", "right", "leaf", "kinds"]


def test_closed_groups_are_named(made: Slapd) -> None:
    closed = found(made, nested="closed").groups
    assert closed["top"].members == ("ann",)
    assert [why for _, why in closed["top"].left_out].count("it is a group, and `nested` is closed") == 2
    assert closed["one"].opened == ()


def test_groups_elsewhere_are_opened_where_the_settings_name_them(made: Slapd) -> None:
    wide = found(made, nested_base=SUFFIX, nested_groups="(|(cn=away)(cn=leaf))")
    assert wide.groups["top"].members == ("ann", "bob", "dan")
    assert [name.partition(",")[0] for name, _ in wide.groups["top"].left_out] == ["CN=Away "]
    assert "away" not in wide.groups
    only = found(made, groups="(cn=top)", nested_groups="(objectClass=groupOfNames)")
    assert (list(only.groups), only.groups["top"].members) == (["top"], ("ann", "bob", "dan"))
    assert [(dn.partition(",")[0], why) for dn, _, why in only.inner] == [("cn=right", "none of its accounts is a principal")]


def test_what_is_too_deep_or_too_much_is_an_error(made: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitwardError, match="more than 32 deep"):
        found(made, f"ou=deep,{SUFFIX}")
    for name, number, words in (("MEMBERS", 2, "more than 2 members"), ("STEPS", 12, "more than 12 members together")):
        with monkeypatch.context() as patched:
            patched.setattr(nesting, name, number)
            with pytest.raises(GitwardError, match=words):
                found(made)
    monkeypatch.setattr(groups, "INNER", 3)
    with pytest.raises(GitwardError, match="more than 3 groups"):
        found(made, nested_base=SUFFIX)


@pytest.mark.parametrize("text", [
    "nested: closed\nnested_base: dc=x\n", "members_are: account\nnested_groups: (cn=x)\n", "members: [member, Member]\n",
    "members: []\n", "nested: perhaps\n",
])  # fmt: skip
def test_settings_that_contradict_themselves(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.yaml").write_text(text)
    (tmp_path / "s.yaml").chmod(0o600)
    with pytest.raises(GitwardError):
        settings.load(str(tmp_path / "s.yaml"))
