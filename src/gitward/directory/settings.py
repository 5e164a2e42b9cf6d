"""What the host says of a directory: who asks, by which password, and where groups and people are. A YAML file of the host's."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import unquote, urlsplit

from gitward.errors import UsageError
from gitward.lookup.settings import Absolute, read_guarded
from gitward.policy.load import load_record
from gitward.policy.shaped import Id
from gitward.record import record
from gitward.shapes import Checked, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.bounds import Ge, Le, MinLen
    from gitward.rules.options import Text


class Filter(Checked):
    """A filter as RFC 4515 writes it; the directory reads it."""

    def check(self, value: str) -> str:
        if not (value.startswith("(") and value.endswith(")") and value.isprintable() and len(value) <= 4_096):
            raise Refused(f"{value[:80]!r} is no filter", "write (objectClass=groupOfNames)")
        return value


class Attribute(Checked):
    """The name of an attribute (RFC 4512, 1.4)."""

    def check(self, value: str) -> str:
        if not (value.isascii() and value[:1].isalpha() and value.replace("-", "").isalnum() and len(value) <= 64):
            raise Refused(f"{value[:80]!r} is no name of an attribute", "write uid, or sAMAccountName")
        return value


Where = Annotated[str, Filter()]
Name = Annotated[str, Attribute()]
Place = Annotated[str, Absolute()]


@record
class Settings:
    """`members` hold the members of a group: distinguished names of `people` entries, or with `members_are: account` accounts.

    Groups among them are opened unless they are `nested: closed`: those that are written, and, where either is given, those that
    `nested_groups` finds below `nested_base`.
    `account` is the attribute of people by which the policy knows them; `group_name` that by which a group is called, but for
    those that `rename` calls otherwise. `shrink` is how many percent of a group may go at once. `timeout` is in seconds.
    """

    bind_dn: Text = ""
    password_file: Place = ""
    ca_file: Place = ""
    groups: Where = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))"
    group_name: Name = "cn"
    rename: dict[Text, Id] = {}  # noqa: RUF012  never written
    members: Annotated[tuple[Name, ...], MinLen(1)] = ("member", "uniqueMember")
    members_are: Literal["dn", "account"] = "dn"
    nested: Literal["open", "closed"] = "open"
    nested_base: Text = ""
    nested_groups: Where = ""
    people_base: Text = ""
    people: Where = "(objectClass=person)"
    account: Name = "uid"
    shrink: Annotated[int, Ge(0), Le(100)] = 20
    timeout: Annotated[int, Ge(1), Le(600)] = 60

    def conflict(self) -> str:
        if bool(self.bind_dn) != bool(self.password_file):
            return "`bind_dn` and `password_file` belong together: with neither, nobody is named to the directory"
        if (self.nested_base or self.nested_groups) and (self.nested == "closed" or self.members_are == "account"):
            return "`nested_base` and `nested_groups` say which groups are opened, and none is"
        if len({name.lower() for name in self.members}) < len(self.members):
            return "`members` names an attribute twice"
        return ""

    def password(self) -> bytes:
        """What stands in the password's file, without the line feed at its end; b"" where none is named."""
        if not self.password_file:
            return b""
        password = read_guarded(self.password_file, secret=True).removesuffix(b"\n")
        if not password:  # a bind without a password succeeds, and proves nothing (RFC 4513, 5.1.2)
            raise UsageError(f"{self.password_file} is empty", "one line, the password")
        return password


def load(path: str) -> Settings:
    """The settings in a file that nobody but its owner can write. Raises GitwardError, PolicyError, UsageError."""
    found: Settings = load_record(Settings, read_guarded(path), path)
    return found


def checked(uri: str) -> tuple[str, bool]:
    """The address of a directory, and whether the connection must be made safe by StartTLS. Raises UsageError.

    `ldapi://` and loopback never leave this machine; to everywhere else nothing goes in clear.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address(uri) from None
    if not (uri.isascii() and uri.isprintable() and " " not in uri) or parts.scheme not in ("ldap", "ldaps", "ldapi"):
        raise _no_address(uri)
    if parts.username is not None or parts.query or parts.fragment or parts.path.strip("/"):
        raise UsageError(f"{uri.rpartition('@')[2]!r}: an address of a directory ends with the host", "the base stands in --base")
    if parts.scheme == "ldapi":
        if not unquote(parts.netloc).startswith("/"):
            raise UsageError(f"{uri} does not name a socket", "write ldapi://%2frun%2fslapd%2fldapi")
        return uri, False
    if not host:
        raise _no_address(uri)
    return uri, parts.scheme == "ldap" and not _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _no_address(uri: str) -> UsageError:
    return UsageError(f"{uri.rpartition('@')[2]!r} is no address of a directory", "write ldaps://ldap.example.com, or ldapi://")
