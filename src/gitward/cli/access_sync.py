"""`gitward access sync`: the groups of a policy, from an LDAP directory."""

from __future__ import annotations

import os

import click

from gitward.cli import output as out
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.directory.groups import Found
    from gitward.directory.written import Difference

_SHOWN = 20


@click.command(epilog="exit codes: 0 written, or nothing has changed, 1 refused: groups would shrink, 2 usage or settings,"
                      " 3 the directory cannot be read whole")  # fmt: skip
@click.option("--ldap", "uri", metavar="URI", required=True,
              help="The directory: ldaps://HOST, ldap://HOST (StartTLS), ldapi://SOCKET.")  # fmt: skip
@click.option("--base", metavar="DN", required=True, help="Where its groups are.")
@click.option("--settings", "settings_path", metavar="FILE", default="", help="Who asks, and what groups and people look like.")
@click.option("--principals", metavar="FILE", required=True, help="The principals: their file, or the policy.")
@click.option("--out", "path", metavar="FILE", required=True, help="The file of groups that the policy names.")
@click.option("--allow-shrink", is_flag=True, help="Write it even where a group is emptied, is gone, or loses many members.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
def sync(uri: str, base: str, settings_path: str, principals: str, path: str, *, allow_shrink: bool, dry_run: bool) -> int:
    """Write groups.yaml from the groups of an LDAP directory, with the revision that each had there.

    A member counts when its account, an attribute of its entry, is the account or name of a principal; whoever is none is
    listed, and never guessed. Groups in groups are opened (`nested: closed` in the settings leaves them closed). The file is
    written only where something differs, whole or not at all, and not where much would go (`shrink` in the settings, 20%).

    \b
    examples:
      gitward access sync --ldap ldaps://ldap.example.com --base ou=groups,dc=example,dc=com \\
          --settings /etc/gitward/ldap.yaml --principals principals.yaml --out groups.yaml
      gitward access sync --ldap ldapi:// --base dc=example,dc=com --principals principals.yaml --out groups.yaml --dry-run
    """
    from gitward.directory import groups, people, settings, written
    from gitward.directory.search import Directory

    address, needs_tls = settings.checked(uri)
    said = settings.load(settings_path) if settings_path else settings.Settings()
    of = people.accounts(_people(principals))
    before = written.read(path)
    found = groups.gather(Directory(uri=address, settings=said, needs_tls=needs_tls), base, of)
    changes = list(written.differences(before, found.groups))
    _print(changes, found)
    shrinking = written.shrinking(before, changes, said.shrink)
    if shrinking and not allow_shrink:
        more = f", and {len(shrinking) - _SHOWN} more groups too much" if len(shrinking) > _SHOWN else ""
        out.say(f"refused: {'; '.join(shrinking[:_SHOWN])}{more}")
        out.say(f"  fix: look at the directory; where it is right: --allow-shrink ({said.shrink}% may go without)")
        return 1
    name, count = visible(path), f"{len(found.groups)} groups, {sum(len(each.members) for each in found.groups.values())} members"
    if dry_run:
        out.write(f"not written: {name}: {count}\n")
    else:
        out.write(f"{'wrote' if written.write(path, found.groups) else 'unchanged'} {name}: {count}\n")
    return 0


def _people(path: str, *, may_be_policy: bool = True) -> Any:
    """The principals in a file: of `principals.yaml`, or of a policy in which they stand or that names their file."""
    from gitward.givenfile import read_given
    from gitward.policy.load import plain_data

    data = plain_data(read_given(path), path)
    if may_be_policy and isinstance(data, dict) and "policy" in data and "version" in data:
        given = data.get("principals")
        given = given.get("file") if isinstance(given, dict) and list(given) == ["file"] else given
        if isinstance(given, str):
            return _people(os.path.join(os.path.dirname(path), given), may_be_policy=False)
        return given
    return data


def _print(changes: list[Difference], found: Found) -> None:
    from gitward.directory.groups import left_out

    for change in changes:
        what = "" if change.was_there and change.is_there else " (new)" if change.is_there else " (gone)"
        signed = [*(f"+{name}" for name in change.gained), *(f"-{name}" for name in change.lost)]
        more = f" and {len(signed) - _SHOWN} more" if len(signed) > _SHOWN else ""
        out.write(visible(f"{change.name}{what}: {' '.join(signed[:_SHOWN]) or 'no members'}{more}") + "\n")
    opened = [(group.name, inner) for group in found.groups.values() for inner in group.opened]
    for group, inner in opened[:_SHOWN]:
        out.write(visible(f"opened in {group}: {inner[:200]}") + "\n")
    if len(opened) > _SHOWN:
        out.write(f"opened: {len(opened) - _SHOWN} more\n")
    listed = list(left_out(found))
    for group, name, why in listed[:_SHOWN]:
        out.write(visible(f"left out{f' of {group[:200]}' if group else ''}: {name[:200]}: {why}") + "\n")
    if len(listed) > _SHOWN:
        out.write(f"left out: {len(listed) - _SHOWN} more\n")
