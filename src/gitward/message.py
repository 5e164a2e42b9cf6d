"""Commit messages: bytes -> Message, trailers included.

As C git has it: white space is space, tab, CR and LF (git's own `isspace`; VT and FF are not), a line ends at LF. A
stored message is taken whole, `#` lines and scissors included; cleanup.py is for the commit-msg file alone.
"""

from __future__ import annotations

from gitward.model import Message, Trailer
from gitward.record import maker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BLANK = " \t\r"  # white space within a line
MARKS = ("fixup! ", "squash! ", "amend! ")
PICKED = "(cherry picked from commit "
GENERATED = ("Signed-off-by: ", PICKED)  # what git writes itself: one of them lets other lines stand in the block

# The header is the author's text: it picks one of these names, and is never itself handed to the codec registry, which
# would import a module by that name. Left out is what is not ASCII to ASCII (utf-7, utf-16, EBCDIC).
_ENCODINGS = (
    "utf-8 ascii us-ascii koi8-r koi8-u euc-jp euc-kr euc-cn cp949 shift_jis sjis cp932 ms932 iso-2022-jp "
    "iso-2022-jp-1 iso-2022-jp-2 iso-2022-kr gb2312 gbk cp936 gb18030 big5 big5-hkscs cp950 macroman macintosh "
    "mac-cyrillic tis-620 cp437 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp865 cp866 cp874"
)
_CODECS = {
    name.replace("-", "").replace("_", ""): name
    for name in (
        *_ENCODINGS.split(),
        *[f"iso-8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)],
        *[f"latin{part}" for part in range(1, 11)],
        *[f"{prefix}125{part}" for prefix in ("windows-", "cp") for part in range(9)],
    )
} | {"windows31j": "cp932"}
_new_message, _new_trailer = maker(Message), maker(Trailer)
_keys: dict[str, str] = {}  # memo of a pure function: the same few keys end most messages


def decode(raw: bytes, encoding: str = "") -> tuple[str, str]:
    """Bytes of a commit as (text, problem); `encoding` is the value of its header, '' where it has none.

    `problem` is '' or the reason why the text is only UTF-8 with `surrogateescape`, the best that can be shown.
    """
    codec = _CODECS.get(encoding.lower().replace("-", "").replace("_", "")) if encoding else "utf-8"
    if codec is None:
        problem = f"encoding header names no encoding that gitward reads: {encoding[:60]}"
    else:
        try:
            return raw.decode(codec), ""
        except UnicodeDecodeError:
            problem = f"message is not {encoding[:60]}" if encoding else "message is not UTF-8, and no header says what"
    return raw.decode("utf-8", "surrogateescape"), problem


def parse(raw: bytes, encoding: str = "") -> Message:
    """Take a stored message apart (fields: model.Message). Any bytes will do; time is linear in their number."""
    text, problem = decode(raw, encoding)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    count, first = len(lines), 0
    while first < count and not lines[first].strip(BLANK):
        first += 1
    title = lines[first] if first < count else ""
    marks = _marks(title)
    body = min(first + 1, count)
    if body < count and not lines[body].strip(BLANK):
        body += 1
    start, trailers = _trailers(lines, first) if body < count else (count, ())
    return _new_message(
        raw=raw,
        text=text,
        lines=tuple(lines),
        subject=title[len(marks) :] if marks else title,
        marks=marks,
        subject_index=first,
        body_index=body,
        trailer_index=start,
        trailers=trailers,
        problem=problem,
    )


def _marks(title: str) -> str:
    """The marks at the start of a title, and the white space after each, as `git rebase --autosquash` skips them."""
    at, end = 0, len(title)
    while title.startswith(MARKS, at):
        at = title.index(" ", at)
        while at < end and title[at] in BLANK:
            at += 1
    return title[:at]


# --- trailers: git's trailer.c; the differences on purpose stand in tests/test_message_git.py ------------------------


def _trailers(lines: Sequence[str], title: int) -> tuple[int, tuple[Trailer, ...]]:
    """Where the trailer block starts (`len(lines)`: nowhere) and what is in it; `title` is the index of the subject.

    The block is the last paragraph. Paragraphs of nothing but `(cherry picked from commit ...)` are passed over: forges
    write one below the sign-off of the commit that they pick.
    """
    start, end = _last_paragraph(lines, _without_conflicts(lines))
    picked = len(lines)
    while start > title and lines[start].startswith(PICKED) and _is_picked(lines, start, end):
        picked = start
        start, end = _last_paragraph(lines, start)
    trailers = _block(lines, start, end) if start > title else ()
    return (start, trailers) if trailers else (picked, ())


def _last_paragraph(lines: Sequence[str], end: int) -> tuple[int, int]:
    """First line of the last paragraph before `end`, and the line after its last."""
    while end and not lines[end - 1].strip(BLANK):
        end -= 1
    start = end
    while start and lines[start - 1].strip(BLANK):
        start -= 1
    return start, end


def _without_conflicts(lines: Sequence[str]) -> int:
    """Where the message ends for git, which passes over a final `Conflicts:` list as it wrote them before 2014."""
    end = at = len(lines)
    while at:
        at -= 1
        if lines[at] == "Conflicts:":
            end = at
        elif lines[at] and lines[at][0] != "\t":
            break
    return end


def _is_picked(lines: Sequence[str], start: int, end: int) -> bool:
    return all(lines[index].startswith(PICKED) for index in range(start, end))


def _key(before: str) -> str:
    """What stands before a colon as the key of a trailer: ASCII letters, digits and `-`, then white space; '' if not."""
    if (known := _keys.get(before)) is not None:
        return known
    key = before.rstrip(" \t")
    key = key if key.isascii() and key.replace("-", "0").isalnum() else ""
    if len(before) < 40:
        if len(_keys) > 1_000:
            _keys.clear()
        _keys[before] = key
    return key


def _block(lines: Sequence[str], start: int, end: int) -> tuple[Trailer, ...]:
    """The trailers of a paragraph that is a trailer block, else ()."""
    found: list[tuple[int, str, list[str]]] = []
    good = other = 0
    generated = False
    folded: list[str] | None = None  # what an indented line continues; None: nothing, so it is text
    for index in range(start, end):
        line = lines[index]
        if line[0] in BLANK:
            if folded is None:
                other += 1
            else:
                folded.append(line.lstrip(BLANK))
            continue
        before, colon, value = line.partition(":")
        if colon and (key := _key(before)):
            folded = [value]
            if not value.startswith("//"):  # `https://...` is no trailer, and no reason to refuse those around it
                good += 1
                generated = generated or line.startswith(GENERATED)
                found.append((index, key, folded))
        elif line.startswith(PICKED):
            good, generated, folded = good + 1, True, []
        else:
            if not (other or any(text.startswith(GENERATED) for text in lines[start:end])):
                return ()  # most last paragraphs are text
            other, folded = other + 1, None
    if other and not (generated and good * 3 >= other):
        return ()
    return tuple(
        [
            _new_trailer(key=key, value=(parts[0] if len(parts) == 1 else " ".join(parts)).strip(BLANK), line=at + 1)
            for at, key, parts in found
        ]
    )
