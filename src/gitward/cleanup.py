"""What `git commit` makes of the file that it hands to a commit-msg hook. For that file alone: what is stored is whole.

White space and line ends are C git's, as in message.py.
"""

from __future__ import annotations

from gitward.errors import UsageError

MODES = ("default", "strip", "whitespace", "verbatim", "scissors")
_SCISSORS = b" ------------------------ >8 ------------------------\n"
_AUTO_COMMENTS = "#;@!$%^&|:"  # git's candidates for core.commentChar=auto, in its order


def cleanup(raw: bytes, *, comment: str, mode: str, verbose: bool) -> bytes:
    """What git stores of a commit-msg file once the hook has passed it.

    `comment` is core.commentChar or core.commentString, '' where the setting is `auto`; `mode` the cleanup mode, where
    `default` means the one of an edited message (not edited: `whitespace`); `verbose` says that the editor was shown a
    diff. Where git would cut more than is certain (a scissors line that git did not write, a comment sign that the file
    does not give away) the longer text comes back. Raises UsageError for a mode that git does not know.
    """
    if mode not in MODES:
        raise UsageError(f"commit.cleanup is {mode[:60]!r}", f"git knows {', '.join(MODES)}")
    cut = verbose or mode == "scissors"
    comment = comment or _auto_comment(raw, cut=cut)
    prefix = comment.encode("utf-8", "surrogateescape")
    if cut and prefix:
        raw = _above_scissors(raw, prefix)
    if mode == "verbatim":
        return raw
    return _stripspace(raw, prefix if mode in ("default", "strip") else b"")


def _above_scissors(raw: bytes, comment: bytes) -> bytes:
    """The text above git's scissors line: LF ended, with another comment line below, as git always writes it."""
    text, mark = b"\n" + raw, b"\n" + comment + _SCISSORS
    at = text.find(mark)
    while at >= 0:
        after = at + len(mark)
        if text.startswith(comment, after):
            return raw[:at]
        at = text.find(mark, after)
    return raw


def _auto_comment(raw: bytes, *, cut: bool) -> str:
    """The sign that git chose under `auto`: it begins git's scissors line, or every line of the help at the end.

    In that help git always writes a line with nothing but the sign, below the sentence that asks for a message.
    """
    if cut:
        for sign in _AUTO_COMMENTS:
            if len(_above_scissors(raw, sign.encode())) < len(raw):
                return sign
    lines = raw.rstrip(b" \t\r\n").split(b"\n")
    mark = lines[-1][:1]
    for line in reversed(lines):
        if not mark or not line.startswith(mark):
            break
        if line.rstrip(b" \t\r") == mark:
            sign = mark.decode("ascii", "replace")
            return sign if sign in _AUTO_COMMENTS else ""
    return ""


def _stripspace(raw: bytes, comment: bytes) -> bytes:
    """`git stripspace`, and `git stripspace -s` where `comment` is not empty."""
    kept: list[bytes] = []
    blank = False
    for line in raw.split(b"\n"):
        if comment and line.startswith(comment):
            continue
        if text := line.rstrip(b" \t\r"):
            if blank and kept:
                kept.append(b"")
            blank = False
            kept.append(text)
        else:
            blank = True
    return b"\n".join(kept) + b"\n" if kept else b""
