"""The keys that a forge lists of a user, read for a policy.

JSON: a list of objects, each with `key` (`TYPE BASE64 [COMMENT]`) and, where the forge has them, `title`, `usage_type`
(GitLab: `auth` keys are left out) and `expires_at` (ISO 8601). That is GitHub's GET /users/USER/ssh_signing_keys and
/users/USER/keys, GitLab's GET /users/ID/keys, and Gitea's GET /users/USER/keys. Or text, a key a line, as
https://github.com/USER.keys has it. What GitHub lists in /keys and .keys is for logging in; whether it signs too, is not said.
"""

from __future__ import annotations

import json
from datetime import datetime

from gitward.errors import UsageError
from gitward.record import replace
from gitward.signatures.ssh.listing import ListedKey, Listing, usable_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SIGNING = ("signing", "auth_and_signing")


def import_forge(data: bytes, path: str = "") -> Listing:
    """The keys of a forge's listing; whose they are, it does not say. Raises UsageError where it is none."""
    text = data.decode("utf-8", "surrogateescape").strip()
    entries = _objects(text, path) if text[:1] in ("[", "{") else [{"key": line} for line in text.split("\n")]
    keys: list[ListedKey] = []
    places: dict[bytes, int] = {}
    notes = []
    for number, entry in enumerate(entries, 1):
        if entry == {"key": ""}:
            continue
        try:
            key = _read(entry, number)
            if places.setdefault(key.blob, number) != number:
                raise ValueError(f"the same key stands in place {places[key.blob]}")
        except ValueError as error:
            notes.append(f"{path}:{number}: not imported: {error}")
        else:
            keys.append(key)
    return Listing(keys=tuple(keys), notes=tuple(notes))


def _objects(text: str, path: str) -> list[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: no JSON, and no keys a line") from None
    if not isinstance(found, list):
        raise UsageError(f"{path}: no list of keys", "save the answer of the forge for one user's keys")
    return found


def _read(entry: Any, number: int) -> ListedKey:
    """One key. Raises ValueError with why it is left out."""
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
        raise ValueError("an entry without a key")
    usage = entry.get("usage_type")
    if usage is not None and usage not in _SIGNING:
        raise ValueError("the key is for logging in only (usage_type)")
    key, blob, comment = usable_key(entry["key"])
    title = entry.get("title")
    found = ListedKey(key=key, blob=blob, line=number, title=comment)
    if isinstance(title, str) and title.isprintable():
        found = replace(found, title=title)
    return replace(found, valid_before=_expiry(entry.get("expires_at")))


def _expiry(value: object) -> int | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ValueError("its expires_at is no time with a zone")
    return int(time.timestamp())
