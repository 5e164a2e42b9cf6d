"""Policies with grants, and what they grant."""

from __future__ import annotations

import sys
from pathlib import Path

from gitward.rights.holders import Rights, rights_of

sys.path.insert(0, str(Path(__file__).parent.parent / "policy"))
from policies import policy

NOW = 1_790_000_000  # 2026-09-21
HEAD = """\
version: 1
policy: {id: test}
principals:
  ann: {}
  bob: {roles: [tester]}
  carol: {valid_before: 2026-01-01}
  dan: {accounts: [daniel]}
  ci: {kind: service}
groups:
  devs: {members: [bob, carol], source: 'ou=devs', revision: '7'}
  ops: {members: [ann, ci]}
  nobody: {members: []}
access:
"""


def rights(*grants: str, more: str = "", source: str = "") -> Rights:
    """What these lines of `access` grant, each in flow style without its braces, the first in line 14."""
    found = policy(HEAD + "".join(f"  - {{{grant}}}\n" for grant in grants) + more)
    if source:
        from gitward.record import replace

        found = replace(found, source=source)
    return rights_of(found)
