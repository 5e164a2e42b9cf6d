"""What may not stand in an event, taken out before anything is hashed: secrets for good, people's names and addresses kept apart.

A secret, known by its shape (gitward.secretshapes), a password in a URL, or the value of a push option that is named like one,
is written `<KIND>`, and kept nowhere. `redactions` lists the place, the kind, and a salted commitment to the text as it came, so
that whoever has that text can show that it is the one. A text that names people stands in the event as a commitment
(audit.personal). Of a file's content nothing is ever recorded, and of the environment only what this package asks for by name.
"""

from __future__ import annotations

import re

from gitward.audit.personal import Commitments
from gitward.canonical import raw, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Span = tuple[int, int, str]  # where it begins and ends, in bytes, and its kind

MAX_WORDS = 400  # characters of a text of which nothing else is said
_BEYOND = 4_096  # characters behind the cut that are looked at: what is cut in two has no shape
_URL_PASSWORD = re.compile(rb"://[^/\s:@]*:([^/\s]+)@")
_IN_QUERY = re.compile(
    rb"[?&](?:access_token|private_token|token|api_?key|password|secret|sig|signature)=([^&\s#\"']+)", re.IGNORECASE
)
_SECRET_OPTION = re.compile(
    rb"(?:^ci\.variable=[^=]{0,200}|(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential)[\w.-]{0,64})=(.+)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w-]")
_NAMES_PEOPLE = frozenset(("ident", "ai-attribution"))  # rules whose messages quote a name or an address
_MAY_BE_SECRET = 16  # characters: the shortest token is longer


class Words:
    """Takes text from outside into one event; one of these for each event.

    `redactions` are the event's own; `commitments` keep what is behind the commitments.
    """

    def __init__(self) -> None:
        self.commitments = Commitments()
        self.redactions: list[dict[str, Any]] = []

    def personal(self, path: str, value: str, limit: int = MAX_WORDS) -> dict[str, str] | None:
        """The commitment to a personal value, None for none."""
        return self.commitments.commit(path, value[:limit]) if value else None

    def text(self, path: str, value: str, *, limit: int = MAX_WORDS, is_option: bool = False, names_people: bool = False) -> Any:
        """A text as it may stand: a string, `{"b64": ..}` where it is no UTF-8, or a commitment where it names people."""
        shown, kinds = redacted(value[: limit + _BEYOND], is_option=is_option)
        shown = shown[:limit]
        if kinds:
            said = self.commitments.commit(path, value, keep=False)["commitment"]
            self.redactions.append({"path": path, "method": ",".join(kinds), "commitment": said})
        if names_people or ("@" in shown and _ADDRESS.search(shown)):
            return self.commitments.commit(path, shown)
        return text(shown)

    def message(self, path: str, rule: str, value: str, limit: int = MAX_WORDS) -> Any:
        """The message of a violation: that of some rules quotes whoever wrote the commit."""
        return self.text(path, value, limit=limit, names_people=rule in _NAMES_PEOPLE)


def redacted(value: str, *, is_option: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text with each secret in it written `<KIND>`, and the kinds, sorted."""
    if len(value) < _MAY_BE_SECRET and not is_option and "://" not in value:
        return value, ()
    data = raw(value)
    spans = sorted(_secrets(data, is_option=is_option), key=lambda span: (span[0], -span[1]))
    if not spans:
        return value, ()
    shown, end, kinds = b"", 0, set()
    for start, stop, kind in spans:
        if start >= end:
            shown += data[end:start] + b"<%s>" % kind.encode()
            kinds.add(kind)
        end = max(end, stop)
    return (shown + data[end:]).decode("utf-8", "surrogateescape"), tuple(sorted(kinds))


def _secrets(data: bytes, *, is_option: bool) -> list[Span]:
    from gitward.secretshapes.keys import private_keys
    from gitward.secretshapes.tokens import tokens

    found = [(secret.start, secret.end, secret.kind) for secret in tokens(data)]
    found += [(start, end, "private-key") for start, end, _ in private_keys(data)]
    found += [(*match.span(1), "url-password") for match in _URL_PASSWORD.finditer(data)]
    found += [(*match.span(1), "url-parameter") for match in _IN_QUERY.finditer(data)]
    if is_option:
        found += [(*match.span(1), "push-option") for match in _SECRET_OPTION.finditer(data)]
    return found
