"""Who a member of a group is: the one principal that has its account. Who cannot be told is nobody."""

from __future__ import annotations

from gitward.directory.ldif import text_of
from gitward.directory.names import normal
from gitward.errors import GitwardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gitward.directory.search import Directory

NO_ENTRY = "there is no such entry among the people"


def accounts(people: Any) -> dict[str, str]:
    """Which principal an account is, from `principals` as a policy writes them. Raises UsageError for one that two have."""
    if not isinstance(people, dict):
        raise UsageError("the file of principals holds none", "NAME: {accounts: [...], keys: [...]}")
    found: dict[str, str] = {}
    for name, item in people.items():
        given = item.get("accounts") if isinstance(item, dict) else None
        for account in given if isinstance(given, list) else [name]:
            if isinstance(account, str) and found.setdefault(account, name) != name:
                owners = f"{found[account]}'s and {name}'s"
                raise UsageError(f"the account {account!r} is {owners}", "an account belongs to one principal")
    return found


class Known:
    """Who a member is, by the value that a group has for it: an account, or the name of an entry."""

    def __init__(self, principals: dict[Any, set[str]], *, by_account: bool = False) -> None:
        self._principals, self._by_account = principals, by_account

    def who(self, value: bytes) -> tuple[str, str]:
        """The principal, or '' and the reason."""
        text = text_of(value)
        key = None if text is None else text if self._by_account else normal(text)
        if key is None:
            return "", f"it is no {'account' if self._by_account else 'distinguished name'}"
        found = self._principals.get(key)
        if found is None:
            return "", "there is no such principal" if self._by_account else NO_ENTRY
        if len(found) != 1:
            return "", "it is several principals" if found else "none of its accounts is a principal"
        return next(iter(found)), ""


def by_account(of: Mapping[str, str]) -> Known:
    return Known({account: {principal} for account, principal in of.items()}, by_account=True)


def by_name(directory: Directory, base: str, of: Mapping[str, str]) -> Known:
    """By their distinguished names. Raises GitwardError where two have names that cannot be told apart, or where there is nobody:
    every group would be empty.
    """
    settings = directory.settings
    base = settings.people_base or base
    found: dict[Any, set[str]] = {}
    for entry in directory.search(base, settings.people, settings.account):
        name = text_of(entry.dn)
        key = None if name is None else normal(name)
        if key is None:
            continue
        if key in found:
            raise GitwardError(f"the directory has two entries that cannot be told apart: {name!r}", "a narrower `people`")
        found[key] = {of[account] for account in entry.texts(settings.account) if account in of}
    if not found:
        raise GitwardError(f"the directory has nobody below {base!r} that {settings.people} finds",
                           "say in a file for --settings where the people are: people_base, people")  # fmt: skip
    return Known(found)
