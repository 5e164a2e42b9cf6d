"""`gitward access sync` against Debian's slapd: what it writes, when it writes nothing, and what it refuses."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slapds import ADMIN, PASSWORD, SUFFIX, Slapd, group, person, slapd

import soaking
from gitward.directory import groups, people, settings, written
from gitward.directory.search import Directory
from gitward.errors import GitwardError, UsageError

if TYPE_CHECKING:
    from conftest import Run

PEOPLE = f"ou=people,{SUFFIX}"
PRINCIPALS = "ann: {accounts: [ann.a]}\nbob: {}\ncarol: {accounts: [carol, cc]}\ndan: {}\n"
MANY = [f"user{number}" for number in range(600)]
"""More than this directory gives at once."""


@pytest.fixture(scope="module")
def made() -> Iterator[Slapd]:
    with slapd(
        person("ann.a"), person("bob", rf"cn=Bob\2C the builder,{PEOPLE}", cn="Bob, the builder"), person("carol"), person("eve"),
        person("cc", uid="cc\nuid: carol"), person("two", uid="bob\nuid: dan"), *map(person, MANY),
        group("reviewers", f"UID=Ann.A , OU=people,{SUFFIX}", rf"cn=bob\, THE builder,{PEOPLE}", f"uid=eve,{PEOPLE}",
              f"uid=gone,{PEOPLE}", f"uid=cc,{PEOPLE}", f"uid=two,{PEOPLE}"),
        group("many", *(f"uid={name},{PEOPLE}" for name in MANY)),
        group("Domain Admins", f"uid=carol,{PEOPLE}"),
        f"\ndn: cn=elsewhere,ou=groups,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\ncn: elsewhere\n"
        "ref: ldap://192.0.2.1/dc=other\n",
        f"\ndn: cn=unix,ou=groups,{SUFFIX}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 7\nmemberUid: cc\nmemberUid: nobody\n",
    ) as running:  # fmt: skip
        yield running


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """The host's settings, with a password that only its owner can read."""
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "principals.yaml").write_text(PRINCIPALS + "".join(f"{name}: {{}}\n" for name in MANY))
    (tmp_path / "ldap.yaml").write_text(
        f'bind_dn: "{ADMIN}"\npassword_file: {tmp_path}/password\ngroups: (objectClass=groupOfNames)\n'
        f"people_base: {PEOPLE}\npeople: (objectClass=inetOrgPerson)\nrename: {{Domain Admins: admins}}\n"
    )
    (tmp_path / "ldap.yaml").chmod(0o600)
    return tmp_path


def asked(made: Slapd, host: Path, **more: object) -> Directory:
    from gitward.record import replace

    return Directory(uri=made.socket, settings=replace(settings.load(str(host / "ldap.yaml")), **more))


def of(host: Path) -> dict[str, str]:
    from gitward.policy.load import plain_data

    return people.accounts(plain_data((host / "principals.yaml").read_bytes(), "principals.yaml"))


def test_groups_with_principals_for_members(made: Slapd, host: Path) -> None:
    found = groups.gather(asked(made, host), SUFFIX, of(host))
    assert sorted(found.groups) == ["admins", "many", "reviewers"]
    reviewers = found.groups["reviewers"]
    assert reviewers.members == ("ann", "bob", "carol")
    assert reviewers.source == f"ldapi:///cn=reviewers,ou=groups,{SUFFIX}"
    assert reviewers.revision.endswith("#000000#000#000000"), "entryCSN"
    assert [(member.partition(",")[0], why) for member, why in reviewers.left_out] == [
        ("uid=eve", "none of its accounts is a principal"),
        ("uid=gone", "there is no such entry among the people"),
        ("uid=two", "it is several principals"),
    ]
    assert len(found.groups["many"].members) == len(MANY), "all pages"


def test_groups_of_accounts(made: Slapd, host: Path) -> None:
    where = asked(made, host, groups="(objectClass=posixGroup)", members=("memberUid",), members_are="account")
    unix = groups.gather(where, SUFFIX, of(host)).groups["unix"]
    assert (unix.members, unix.left_out) == (("carol",), (("nobody", "there is no such principal"),))


def test_the_file_is_written_where_something_differs(gitward: Run, made: Slapd, host: Path) -> None:
    words = ["access", "sync", "--ldap", made.socket, "--base", SUFFIX, "--settings", host / "ldap.yaml",
             "--principals", host / "principals.yaml", "--out", host / "groups.yaml"]  # fmt: skip
    first = gitward(*words)
    assert (first.returncode, first.stderr) == (0, "")
    assert "reviewers (new): +ann +bob +carol\n" in first.stdout
    assert "left out of reviewers: uid=eve," in first.stdout
    kept = (host / "groups.yaml").read_bytes()
    assert b"\nadmins:\n  source: " in kept
    (host / "groups.yaml").chmod(0o444)
    assert f"unchanged {host}/groups.yaml: 3 groups, 604 members" in gitward(*words).stdout
    before = written.read(str(host / "groups.yaml"))
    (host / "groups.yaml").chmod(0o640)
    (host / "groups.yaml").write_text(written.text({**before, "gone": groups.Group(name="gone", members=("dan",))}))
    refused = gitward(*words)
    assert refused.returncode == 1
    assert "gone (gone): -dan" in refused.stdout
    assert refused.stderr.startswith("refused: gone would lose 1 of 1 members\n")
    assert "not written" in gitward(*words, "--allow-shrink", "--dry-run").stdout
    assert "wrote" in gitward(*words, "--allow-shrink").stdout
    assert (host / "groups.yaml").read_bytes() == kept
    assert (host / "groups.yaml").stat().st_mode & 0o777 == 0o640


def test_people_who_are_elsewhere_are_no_empty_groups(gitward: Run, made: Slapd, host: Path) -> None:
    words = ["access", "sync", "--ldap", made.socket, "--base", f"ou=groups,{SUFFIX}", "--settings", host / "ldap.yaml",
             "--principals", host / "principals.yaml", "--out", host / "groups.yaml"]  # fmt: skip
    given = (host / "ldap.yaml").read_text()
    (host / "ldap.yaml").write_text(given.replace(f"people_base: {PEOPLE}\n", ""))
    done = gitward(*words)
    assert (done.returncode, (host / "groups.yaml").exists()) == (3, False), done.stdout
    assert done.stderr == (
        f"gitward: the directory has nobody below 'ou=groups,{SUFFIX}' that (objectClass=inetOrgPerson) finds\n"
        "  fix: say in a file for --settings where the people are: people_base, people\n"
    )


def test_nobody_else_is_believed(made: Slapd, host: Path) -> None:
    """TLS is verified, StartTLS is asked for, a wrong password and a base that is not there are no empty groups."""
    trusting, other = (asked(made, host, **more).settings for more in ({"ca_file": str(made.ca)}, {}))
    for uri, needs_tls in ((made.tls, False), (made.plain, True)):
        assert list(Directory(uri=uri, settings=trusting, needs_tls=needs_tls).search(SUFFIX, "(cn=reviewers)", "cn"))
        with pytest.raises(GitwardError, match="does not answer"):
            list(Directory(uri=uri, settings=other, needs_tls=needs_tls).search(SUFFIX, "(cn=reviewers)", "cn"))
    elsewhere = Directory(uri=made.tls.replace("127.0.0.1", "localhost"), settings=trusting)
    with pytest.raises(GitwardError, match="does not answer"):  # its certificate is another name's
        list(elsewhere.search(SUFFIX, "(cn=reviewers)", "cn"))
    with pytest.raises(GitwardError, match="no such base"):
        groups.gather(asked(made, host), "dc=another", of(host))
    with pytest.raises(GitwardError, match="no group below"):
        groups.gather(asked(made, host), PEOPLE, of(host))
    (host / "password").write_text("wrong")
    with pytest.raises(GitwardError, match="name or password is wrong"):
        groups.gather(asked(made, host), SUFFIX, of(host))
    (host / "password").chmod(0o640)
    with pytest.raises(UsageError, match="can be read by others"):
        groups.gather(asked(made, host), SUFFIX, of(host))


def test_hostile_entries(made: Slapd, host: Path) -> None:
    made.change(
        "".join(f"\ndn: {dn}\nchangetype: add\n{rest}" for dn, _, rest in (
            record.lstrip("\n").removeprefix("dn: ").partition("\n") for record in (
                group("escape-\\1B[31m", f"uid=carol,{PEOPLE}"),
                person("line", f"uid=li\\0Ane,{PEOPLE}", uid="li\\0Ane"),
                f"\ndn: cn=a\\0Ab: {{members: [eve]}},{PEOPLE}\nobjectClass: groupOfNames\n"
                f"cn:: {b64encode(b'a' + bytes([10]) + b'b: {members: [eve]}').decode()}\nmember: uid=carol,{PEOPLE}\n",
                group("hostile", f"uid=li\\0Ane,{PEOPLE}", f"cn=\\C3\\A5\\,,{PEOPLE}", f"cn=nested,{SUFFIX}"),
            )))
    )  # fmt: skip
    found = groups.gather(asked(made, host), SUFFIX, of(host))
    assert found.groups["hostile"].members == ()
    assert len(found.groups["hostile"].left_out) == 3
    no_id, two = "its name is no id of a policy: name it under `rename`", "it has 2 values of cn"
    assert [why for _, why in found.passed_over] == [two, no_id]
    assert [why for _, why in groups.gather(asked(made, host, rename={}), SUFFIX, of(host)).passed_over] == [no_id, two, no_id]
    text = written.text(found.groups)
    assert text.isascii()
    assert all(line.isprintable() for line in text.splitlines())
    with pytest.raises(GitwardError, match="a principal has the name 'many'"):
        groups.gather(asked(made, host), SUFFIX, {**of(host), "m": "many"})


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [(1, 0, True), (2, 0, True), (10, 8, False), (10, 7, True), (100, 80, False), (100, 79, True), (0, 5, False), (3, 2, False)],
)
def test_how_much_may_go(before: int, after: int, *, refused: bool) -> None:
    sides = ({"g": groups.Group(name="g", members=tuple(f"p{number}" for number in range(count)))} for count in (before, after))
    assert any(each.is_too_much(20) for each in written.differences(*sides)) is refused


@pytest.mark.parametrize(("lost", "refused"), [(2, []), (6, []), (7, ["the groups together would lose 7 of 33 members"])])
def test_how_much_may_go_of_all_groups_together(lost: int, refused: list[str]) -> None:
    """Half an answer takes somebody from every group, and none stands out."""
    before = {f"g{number}": groups.Group(name=f"g{number}", members=("a", "b", "c")) for number in range(11)}
    after = {name: groups.Group(name=name, members=("a", "b") if number < lost else group.members)
             for number, (name, group) in enumerate(before.items())}  # fmt: skip
    assert written.shrinking(before, written.differences(before, after), 20) == refused


@pytest.mark.parametrize(
    ("uri", "needs_tls"),
    [
        ("ldaps://ldap.example.com", False), ("ldap://ldap.example.com:389", True), ("ldap://127.0.0.1", False),
        ("ldap://[::1]:3389/", False), ("ldap://127.example.com", True), ("ldapi://%2frun%2fldapi", False),
    ],
)  # fmt: skip
def test_where_nothing_goes_in_clear(uri: str, *, needs_tls: bool) -> None:
    assert settings.checked(uri) == (uri, needs_tls)


@pytest.mark.parametrize(
    "uri",
    ["ldap.example.com", "http://x", "ldap://", "ldap://u:secret@x", "ldap://x/dc=x", "ldap://x?y", "ldapi://run", "ldap://x y"],
)
def test_what_is_no_address(uri: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings.checked(uri)
    assert "secret" not in str(caught.value)


def test_what_the_file_says_is_read_again(tmp_path: Path) -> None:
    names = ("no", "2fa", "ann@example.com", "x")
    given = {name: groups.Group(name=name, members=names, source='ldaps://x/cn="', revision="1") for name in ("a", "on", "7")}
    assert written.write(str(tmp_path / "groups.yaml"), given)
    assert written.read(str(tmp_path / "groups.yaml")) == given
    assert not written.write(str(tmp_path / "groups.yaml"), given)


@pytest.mark.parametrize("text", ["- a\n", "a: b\n", "a: {members: b}\n", "a: {members: [{}]}\n"])
def test_a_file_of_something_else_is_not_written_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "groups.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"does not hold groups|holds none"):
        written.read(str(tmp_path / "groups.yaml"))


@soaking.long
def test_a_hundred_thousand_members() -> None:
    names = [f"user{number}" for number in range(100_000)]
    with slapd(*map(person, names), group("all", *(f"uid={name},{PEOPLE}" for name in names))) as made:
        where = Directory(uri=made.socket, settings=settings.Settings(people="(objectClass=inetOrgPerson)"))
        from gitward.record import replace

        folder = made.folder / "pw"
        folder.write_text(PASSWORD)
        folder.chmod(0o600)
        where = replace(where, settings=replace(where.settings, bind_dn=ADMIN, password_file=str(folder), timeout=600))
        found = groups.gather(where, SUFFIX, {name: name for name in names})
    assert len(found.groups["all"].members) == 100_000


def test_a_directory_that_never_answers(host: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        silent = Directory(uri=f"ldap://127.0.0.1:{listening.getsockname()[1]}", settings=settings.Settings(timeout=1))
        with pytest.raises(GitwardError, match=r"does not answer|took more than 1 s"):
            groups.gather(silent, SUFFIX, of(host))
