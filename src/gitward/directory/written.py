"""The file of groups that a policy names: read, compared with what the directory says, and written whole where they differ."""

from __future__ import annotations

import json
import os
import re
import stat

from gitward.directory.groups import Group
from gitward.durable import replace_file
from gitward.errors import UsageError
from gitward.givenfile import read_given
from gitward.policy.extend import MAX_BESIDE
from gitward.policy.load import plain_data
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

HEAD = "# written by `gitward access sync`: what is changed here, the next run changes back\n"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}  # what other readers of YAML take for something else
_SPARED = 2  # so many may always go


@record
class Difference:
    """What becomes of one group; `was_there` and `is_there` tell a new or a dropped one."""

    name: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    before: int
    was_there: bool
    is_there: bool

    def is_too_much(self, percent: int) -> bool:
        """Whether a mistake in the directory, or half an answer, is likelier than that so many have left."""
        emptied = self.before > 0 and len(self.lost) == self.before and not self.gained
        return emptied or len(self.lost) > max(_SPARED, self.before * percent // 100)


def shrinking(before: Mapping[str, Group], changes: Iterable[Difference], percent: int) -> list[str]:
    """What would lose too much: groups by name, and all together, in whose parts none may stand out. Each a text for people."""
    lost = 0
    found = []
    for change in changes:
        lost += len(change.lost)
        if change.is_too_much(percent):
            found.append(f"{change.name} would lose {len(change.lost)} of {change.before} members")
    total = sum(len(group.members) for group in before.values())
    if not found and lost > max(_SPARED, total * percent // 100):
        found.append(f"the groups together would lose {lost} of {total} members")
    return found


def read(path: str) -> dict[str, Group]:
    """The groups in a file, none where there is no file. Raises UsageError, PolicyError for one that holds something else."""
    if not os.path.lexists(path):
        return {}
    found = plain_data(read_given(path, MAX_BESIDE), path) if os.path.getsize(path) else {}
    groups = {}
    for name, item in (found if isinstance(found, dict) else {"": {}}).items():
        kept = item if isinstance(item, dict) else {}
        members = kept.get("members")
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise UsageError(f"{path} does not hold groups", "NAME: {members: [PRINCIPAL, ...]}")
        source, revision = str(kept.get("source", "")), str(kept.get("revision", ""))
        groups[name] = Group(name=name, members=tuple(members), source=source, revision=revision)
    return groups


def differences(before: Mapping[str, Group], after: Mapping[str, Group]) -> Iterator[Difference]:
    """Group by group, by name; those in which nobody came or went, and that stay, are left out."""
    for name in sorted({*before, *after}):
        was, now = (set(groups[name].members) if name in groups else set() for groups in (before, after))
        if was != now or (name in before) != (name in after):
            yield Difference(name=name, gained=tuple(sorted(now - was)), lost=tuple(sorted(was - now)), before=len(was),
                             was_there=name in before, is_there=name in after)  # fmt: skip


def text(groups: Mapping[str, Group]) -> str:
    """The file, sorted: the same groups give the same bytes."""
    parts = [HEAD]
    for name, group in sorted(groups.items()):
        said = {"source": group.source, "revision": group.revision}
        parts.append(f"{_scalar(name)}:\n")
        parts += [f"  {key}: {json.dumps(value)}\n" for key, value in said.items() if value]
        parts.append("  members:\n" if group.members else "  members: []\n")
        parts += [f"    - {_scalar(member)}\n" for member in group.members]
    return "".join(parts)


def write(path: str, groups: Mapping[str, Group]) -> bool:
    """Put the groups in the place of the file, whole or not at all; False where nothing differs. Raises UsageError, OSError."""
    data = text(groups).encode()
    if len(data) > MAX_BESIDE:
        raise UsageError(f"the groups have more than {MAX_BESIDE >> 20} MiB", "a policy takes no more: a narrower base or filter")
    path = os.path.realpath(path)
    mode = 0o644
    if os.path.exists(path):
        if read_given(path, MAX_BESIDE) == data:
            return False
        mode = stat.S_IMODE(os.stat(path).st_mode)
    replace_file(path, data, mode)
    return True


def _scalar(value: Any) -> str:
    return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value)
