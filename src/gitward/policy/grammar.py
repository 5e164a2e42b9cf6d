"""What may stand in a policy file, as records. `load` makes models of them, `schema` a JSON Schema.

Text that names something (a ref set, an entry, a file) is only checked for its shape here; `resolve` looks it up.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from gitward.bounds import MinLen
from gitward.policy.duties import DutyItem
from gitward.policy.grants import GrantItem, WaiverItem
from gitward.policy.people import ForgeItem, GroupItem, PrincipalItem, PrincipalName, TrustItem
from gitward.policy.shaped import Id, RefNames, Shaped
from gitward.record import given, record
from gitward.shapes import Read, RefShape, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.bounds import Ge, Le
    from gitward.rules.options import Beside, Size, Text


class FirstVersion(Read):
    """The version of the grammar, of which there is one."""

    json_schema: ClassVar[dict[str, Any]] = {"const": 1}

    def check(self, value: str) -> int:
        if value != "1":
            raise Refused(f"this gitward reads policies of version 1, this is version {value!r}", "update gitward")
        return 1


FullOid = Annotated[
    str,
    Shaped(
        r"[0-9a-f]{40}|[0-9a-f]{64}",
        "a full commit id",
        "write all 40 (or 64) lower-case digits, as `git rev-parse` prints them: a short id is forged in minutes",
    ),
]
Requirement = Annotated[
    str, Shaped(r">=[0-9]{1,6}(\.[0-9]{1,6}){0,2}", "a requirement", 'for example gitward: ">=1.0"')
]
FileName = Annotated[
    str, Shaped(r"(builtin:)?[^\\:\x00-\x1f]+", "a file of this repository", "write builtin:NAME, or a relative path")
]
Open = Annotated[
    str, Shaped("open", "a list of refs", "write [refs/heads/main]; `open` leaves it to who extends this file")
]
Baseline = Annotated[str, Shaped("baseline", "a starting point", "write baseline, or {commits: [FULL-OID]}")]
OneRef = Annotated[str, RefShape(), Shaped(r"[^!*]*", "one ref")]


@record
class Identity:
    """Which policy this is. A revision, where it stands, never goes back."""

    id: Id
    revision: Annotated[int, Ge(0), Le((1 << 53) - 1)] | None = None


@record
class LandingItem:
    """How changes reach these refs."""

    refs: RefNames
    method: Literal["merge", "rebase", "squash"] = "merge"


@record
class Since:
    """What these commits reach, themselves included, is not judged."""

    commits: Annotated[tuple[FullOid, ...], MinLen(1)]


@record
class Exemption:
    """What is not judged: one commit, or what a principal signed, or any principal in a role."""

    commit: FullOid | None = None
    principal: PrincipalName | None = None
    role: Id | None = None

    def conflict(self) -> str:
        return "" if len(given(self)) == 1 else "an exemption is one of `commit`, `principal` and `role`"


@record
class PushTotals:
    """What a push brings, for a test of an entry that judges the whole push."""

    commits: Annotated[int, Ge(0)] | None = None
    updates: Annotated[int, Ge(0)] | None = None
    files: Annotated[int, Ge(0)] | None = None
    bytes: Size | None = None


@record
class PathCase:
    """A file that a change brings: its path, then what is ordinary where it is left out. `old` is its mode before."""

    path: Text
    mode: Literal["", "100644", "100755", "120000", "160000"] = "100644"
    old: Literal["", "100644", "100755", "120000", "160000"] = ""
    size: Size | None = None
    content: str = ""


@record
class Case:
    """A change for a test. What is left out is an ordinary value; the ref is one that the entry judges.

    `author` and `committer` are `NAME <ADDRESS>`, then perhaps seconds and zone as git writes them. `answer` is what the
    repository says to whatever the rule asks: is this an ancestor, does git make the same merge. `signer` is the principal
    whose good signature the commit carries, or the tag and what it leads to; left out, it is unsigned, and the tag
    lightweight. `pusher` is the principal who is proven to push, by signing the push too; left out, nobody is. `paths` are what a
    commit changes, and all that a ref update changes. `approved` are the principals who have approved
    an update, in roles that count.
    """

    message: str | None = None
    ref: OneRef | None = None
    update: Literal["create", "ff", "non-ff", "delete"] | None = None
    parents: Annotated[int, Ge(0), Le(16)] | None = None
    push: PushTotals | None = None
    author: Text | None = None
    committer: Text | None = None
    paths: Annotated[tuple[str | PathCase, ...], MinLen(1)] | None = None
    signer: PrincipalName | None = None
    pusher: PrincipalName | None = None
    approved: Annotated[tuple[PrincipalName, ...], MinLen(1)] = ()
    answer: bool = True

    def conflict(self) -> str:
        judged = (
            self.message, self.ref, self.update, self.parents, self.push, self.author, self.committer, self.paths, self.signer,
            self.pusher,
        )  # fmt: skip
        return "" if any(value is not None for value in judged) else "an empty test judges nothing"


@record
class Test:
    """A change, and what the entry is to say to it."""

    accept: str | Case | None = None
    reject: str | Case | None = None

    def conflict(self) -> str:
        if (self.accept is None) == (self.reject is None):
            return "a test has either `accept` or `reject`"
        return ""


@record
class Common:
    """The keys of every entry; the options of its rule stand beside them."""

    rule: Text
    id: Id | None = None
    refs: RefNames = ()
    severity: Literal["error", "warning"] = "error"
    since: Baseline | Since | None = None
    exempt: Annotated[tuple[Exemption, ...], MinLen(1)] = ()
    message: Text = ""
    tests: Annotated[tuple[Test, ...], MinLen(1)] = ()
    replace: Id | None = None


@record
class Drop:
    """Takes out an entry of a file that this one extends."""

    drop: Id


@record
class Extension:
    """A file that another one extends."""

    version: Annotated[int, FirstVersion()]
    gitward: Requirement = ""
    extends: Annotated[tuple[FileName, ...], MinLen(1)] = ()
    refsets: dict[Id, RefNames | Open] = {}  # noqa: RUF012  never written
    rules: Annotated[tuple[dict[str, Any], ...], MinLen(1)] = ()


@record
class File:
    """A whole policy file."""

    version: Annotated[int, FirstVersion()]
    policy: Identity
    gitward: Requirement = ""
    mode: Literal["enforce", "evaluate"] = "enforce"
    audit: Literal["required"] | None = None
    unaudited_updates: Literal["deny"] | None = None
    extends: Annotated[tuple[FileName, ...], MinLen(1)] = ()
    refsets: dict[Id, RefNames | Open] = {}  # noqa: RUF012  never written
    landing: Annotated[tuple[LandingItem, ...], MinLen(1)] | Literal["merge", "rebase", "squash"] = ()
    principals: dict[PrincipalName, PrincipalItem] | Beside | None = None
    groups: dict[Id, GroupItem] | Beside | None = None
    forges: dict[Id, ForgeItem] = {}  # noqa: RUF012  never written
    trust: TrustItem = TrustItem()
    access: Annotated[tuple[GrantItem, ...], MinLen(1)] = ()
    waivers: Annotated[tuple[WaiverItem, ...], MinLen(1)] = ()
    duties: Annotated[tuple[DutyItem, ...], MinLen(1)] = ()
    rules: Annotated[tuple[dict[str, Any], ...], MinLen(1)] = ()


@record
class NoRule:
    """The options of an entry that names no rule."""
