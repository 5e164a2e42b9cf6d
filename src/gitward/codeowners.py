"""CODEOWNERS: who owns a path, as GitHub and GitLab read the file. Bytes and globs only; who the owners are the policy says.

Sources: docs.github.com, "About code owners", and gitignore(5), whose patterns GitHub takes but for `!`, `[ ]` and `\\#`;
docs.gitlab.com, "Syntax of CODEOWNERS file" and "Advanced CODEOWNERS configuration", and File.fnmatch of Ruby with FNM_PATHNAME
and FNM_DOTMATCH, by which GitLab matches. A line that the dialect does not know makes the file one that says nothing for
certain: both forges pass over such a line, and then nobody is asked.
"""

from __future__ import annotations

import re

import re2

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    Dialect = Literal["github", "gitlab"]

PLACES: dict[Dialect, tuple[str, ...]] = {
    "github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    "gitlab": ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
}
"""Where the file may be; the first that is there counts."""
MOST = 5_000  # lines that name paths
_MEMORY = 1 << 20
_HEADING = re.compile(rb"(\^?)\[([^\[\]]+)\](?:\[(-?[0-9]{1,4})\])?(?:[ \t]+(.*))?")
_WORD = re.compile(rb"(?:[^\s\\]|\\.)+")
_OWNER = re.compile(rb"@{1,2}[A-Za-z0-9_][^\s@]*|[^\s@]+@[^\s@]+")


@record
class Line:
    """What a line says: paths that match the glob are owned by these, `wanted` of whom have to approve; 0: nobody has to.

    Of GitLab's: `section` in small letters, `excludes` where it begins with `!`.
    """

    number: int
    glob: Any
    owners: tuple[str, ...]
    wanted: int = 1
    section: str = ""
    excludes: bool = False


@record
class CodeOwners:
    """A file taken apart. `problem` is '' or says which line is not understood, and then the others count for nothing."""

    lines: tuple[Line, ...] = ()
    problem: str = ""

    def of(self, path: bytes) -> Iterator[Line]:
        """The lines that say who owns a path: of each section the last one that matches it, if it has owners who are asked."""
        done: set[str] = set()
        out = {line.section for line in self.lines if line.excludes and line.glob.fullmatch(path)}
        for line in reversed(self.lines):
            if line.section in done or line.section in out or line.excludes or not line.glob.fullmatch(path):
                continue
            done.add(line.section)
            if line.wanted and line.owners:
                yield line


def parse(content: bytes, dialect: Dialect) -> CodeOwners:
    """Take a file apart. It never raises; the lines that name paths are at most MOST."""
    read = _github if dialect == "github" else _gitlab
    found: list[Line] = []
    try:
        for line in read(content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")):
            found.append(line)
            if len(found) > MOST:
                return CodeOwners(problem=f"it has more than {MOST} lines that name paths")
    except _NotUnderstood as problem:
        return CodeOwners(problem=str(problem))
    return CodeOwners(lines=tuple(found))


class _NotUnderstood(Exception):
    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number} {why}")


# --- GitHub -----------------------------------------------------------------------------------------------------------


def _github(lines: list[bytes]) -> Iterator[Line]:
    for number, text in enumerate(lines, 1):
        words = _words(text)
        comment = next((at for at, word in enumerate(words) if word.startswith(b"#")), len(words))
        if not (words := words[:comment]):
            continue
        pattern, *owners = words
        if pattern.startswith((b"!", b"\\#")) or b"[" in pattern or b"]" in pattern or not pattern.strip(b"/"):
            raise _NotUnderstood(number, "has a pattern of a kind that GitHub does not take")
        if not all(_OWNER.fullmatch(owner) and not owner.startswith(b"@@") for owner in owners):
            raise _NotUnderstood(number, "names an owner who is no @name, @organisation/team or address")
        yield Line(number=number, glob=_compiled(_ignored(pattern), number), owners=_texts(owners))


def _ignored(pattern: bytes) -> bytes:
    """A pattern of gitignore(5) as RE2 in Latin-1: what it matches, and all that is below that.

    One that ends in `/*` matches what is in the folder and nothing below: there GitHub differs.
    """
    anchored = b"/" in pattern.rstrip(b"/")
    body = pattern.strip(b"/")
    end = b"/.+" if pattern.endswith(b"/") else b"" if pattern.endswith(b"/*") and anchored else b"(?:/.+)?"
    return (b"" if anchored else b"(?:.*/)?") + _globs(body.split(b"/")) + end


def _globs(parts: list[bytes]) -> bytes:
    """Parts of a path, joined: `**` as a whole part stands for any number of them."""
    found = b""
    for at, part in enumerate(parts, 1):
        if part == b"**":
            found += b"(?:.*/)?" if at < len(parts) else b".+"
        else:
            found += _glob(part) + (b"/" if at < len(parts) else b"")
    return found


# --- GitLab -----------------------------------------------------------------------------------------------------------


def _gitlab(lines: list[bytes]) -> Iterator[Line]:
    section, wanted, defaults = "", 1, tuple[str, ...]()
    headings = [heading for text in lines if (heading := _HEADING.fullmatch(text.strip()))]
    required = {_section(heading) for heading in headings if not heading[1]}  # by one of the headings of its name is enough
    for number, text in enumerate(lines, 1):
        stripped = text.strip()
        if not stripped or stripped.startswith(b"#"):
            continue
        if stripped.startswith((b"[", b"^[")):
            if not (heading := _HEADING.fullmatch(stripped)):
                raise _NotUnderstood(number, "is no heading of a section")
            section = _section(heading)
            wanted = max(1, int(heading[3] or 1)) if section in required else 0
            defaults = _owners(_words(heading[4] or b""), number)
            continue
        excludes = stripped.startswith(b"!")
        pattern, *words = _words(stripped.removeprefix(b"!")) or [b""]
        if not pattern:
            raise _NotUnderstood(number, "takes out nothing")
        owners = () if excludes else _owners(words, number) or defaults
        glob = _compiled(_matched(pattern), number)
        yield Line(number=number, glob=glob, owners=owners, wanted=wanted, section=section, excludes=excludes)


def _section(heading: re.Match[bytes]) -> str:
    return _text(heading[2]).strip().casefold()


def _owners(words: list[bytes], number: int) -> tuple[str, ...]:
    """The words that are owners, wherever they stand: GitLab knows no comment behind a pattern."""
    found = [word for word in words if _OWNER.fullmatch(word)]
    before = words[: next((at for at, word in enumerate(words) if word.startswith(b"#")), len(words))]
    if before and not found:
        raise _NotUnderstood(number, "names no owner who is @name, @group, @@role or an address")
    return _texts(found)


def _matched(pattern: bytes) -> bytes:
    """A pattern as RE2 in Latin-1, as File.fnmatch reads what GitLab makes of it. Paths begin without a slash here."""
    pattern = pattern.removeprefix(b"\\") if pattern.startswith(b"\\#") else pattern
    if pattern == b"*":
        return b".+"
    if not pattern.startswith(b"/"):
        pattern = b"/**/" + pattern
    if pattern.endswith(b"/"):
        pattern += b"**/*"
    *folders, name = pattern[1:].split(b"/")
    found = b"".join(b"(?:.*/)?" if part == b"**" else _glob(part, ranges=True) + b"/" for part in folders)
    return found + _glob(name, ranges=True)


# --- both -------------------------------------------------------------------------------------------------------------


def _words(text: bytes) -> list[bytes]:
    """The words of a line; white space behind a backslash does not part them."""
    return _WORD.findall(text.rstrip(b"\\"))


def _glob(part: bytes, *, ranges: bool = False) -> bytes:
    """One part of a path: `*` any text, `?` a byte, `\\` takes a sign as it is; with `ranges`, `[a-z]` and `[!a-z]` too."""
    found, at = b"", 0
    while at < len(part):
        sign = part[at : at + 1]
        end = part.find(b"]", at + 2) if ranges and sign == b"[" else -1
        if end > 0:
            found += _range(part[at + 1 : end])
            at = end
        elif sign == b"\\" and at + 1 < len(part):
            at += 1
            found += _literal(part[at])
        else:
            found += b"[^/]*" if sign == b"*" else b"[^/]" if sign == b"?" else _literal(part[at])
        at += 1
    return found


def _range(inner: bytes) -> bytes:
    """`[a-z]` without its brackets; a slash is in none (FNM_PATHNAME)."""
    negated = inner[:1] in (b"!", b"^")
    body = b"".join(b"-" if byte == ord("-") else _literal(byte) for byte in inner[negated:])
    return b"[^/" + body + b"]" if negated else b"[" + body + b"]"


def _literal(byte: int) -> bytes:
    return b"%c" % byte if chr(byte).isascii() and chr(byte).isalnum() else b"\\x%02x" % byte


def _compiled(source: bytes, number: int) -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors, options.encoding, options.dot_nl = _MEMORY, False, re2.Options.Encoding.LATIN1, True
    try:
        return re2.compile(source, options)
    except re2.error:
        raise _NotUnderstood(number, "has a pattern that is too large, or none") from None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _texts(words: list[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(word) for word in words))
