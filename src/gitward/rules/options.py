"""Types for the options of rules. A rule names them under `TYPE_CHECKING`; `policy.load` resolves and enforces them.

A rule's option is a field of its record: a name, a type and, unless it must be given, a default. Types may be built
from `bool`, `int`, `str`, `Literal[...]`, `tuple[X, ...]`, `dict[str, X]`, `X | None` (None is "left out": YAML has no
way to write it), records, the names below, and `Annotated[...]` with the markers of `gitward.bounds` (`Ge`, `Le`, `MinLen`,
`MaxLen`). Scalars come as text, so `72` is converted for an `int` and stays "72" for a `str`; a `bool` is `true` or
`false`. A field whose name in YAML is a Python keyword ends in an underscore here: the option `in` is the field `in_`.

A list of records is an option of the form `tuple[Item, ...]`, where `Item` is a record of the rule's own module. The
constant `records = {"option": Item}` of the rule says so to the hook, which makes the records without the types.

A record may have a method `conflict(self) -> str`: why options that are each right cannot stand together, '' where they
can.
"""

from __future__ import annotations

from typing import Annotated

from gitward.bounds import Ge, MinLen
from gitward.shapes import (
    BesideShape,
    Bytes,
    CalendarDay,
    DomainShape,
    FingerprintShape,
    KeyShape,
    KindOfSecret,
    MailmapShape,
    NamesRole,
    NamesWho,
    OfPrincipals,
    PathShape,
    RefShape,
    Regex,
    Seconds,
)

Text = Annotated[str, MinLen(1)]
"""Text that is not empty."""
Pattern = Annotated[str, MinLen(1), Regex()]
"""A regular expression, checked against RE2 when the policy is loaded."""
Patterns = Annotated[tuple[Pattern, ...], MinLen(1)]
Words = Annotated[tuple[Text, ...], MinLen(1)]
"""A list that is not empty, of texts that are not empty. For a list that may be empty: `tuple[Text, ...]`."""
RefGlob = Annotated[str, RefShape()]
"""A pattern of refs: begins with `refs/` or `!refs/`, `*` within a part, `**` across."""
RefGlobs = Annotated[tuple[RefGlob, ...], MinLen(1)]
PathGlob = Annotated[str, MinLen(1), PathShape()]
"""A pattern of paths: `*` within a part, `**` across, a leading `/` for the top of the tree, `x/` for all below it."""
PathGlobs = Annotated[tuple[PathGlob, ...], MinLen(1)]
Fingerprint = Annotated[str, FingerprintShape()]
SecretKind = Annotated[str, KindOfSecret()]
TrailerKey = Annotated[str, KeyShape()]
"""A key as it stands before the colon of a trailer; compare it without regard to case."""
Domain = Annotated[str, DomainShape()]
"""`example.com`, or `*.example.com` for what is below it."""
Positive = Annotated[int, Ge(1)]
Size = Annotated[int, Bytes()]
"""A number of bytes: the rule sees an int, the policy may write `10MiB`. A bound: `Annotated[Size, Le(n)]`."""
Duration = Annotated[int, Seconds()]
"""A length of time: the rule sees seconds, the policy may write `10m`."""
Day = Annotated[str, CalendarDay()]
"""A day, `2005-04-07`: it stays text."""
MailmapLine = Annotated[str, MinLen(1), MailmapShape()]
"""A line of a mailmap, as in `Ann <ann@example.com> <old@example.com>`."""
RoleName = Annotated[str, MinLen(1), NamesRole()]
"""A role of the policy; an unknown one is refused when the policy is loaded."""
WhoName = Annotated[str, MinLen(1), NamesWho()]
"""A principal or a role of the policy."""
Beside = Annotated[str, BesideShape()]
"""In `tuple[X, ...] | Beside`: the same items, one a line, in a file beside the policy. The rule always sees a tuple."""
Addresses = Annotated[str, OfPrincipals()]
"""In `tuple[X, ...] | Addresses`: the word `principals` for the addresses of all of them. The rule always sees a tuple."""
