"""OpenSSH's list of allowed signers (ssh-keygen(1), ALLOWED SIGNERS), read for a policy; a `.gitsigners` file is one.

Nothing counts here that does not count for OpenSSH. What a policy cannot say is left out, with a note: a key without a
name of its own (`*@example.com`, which for an authority is a pattern), a key or a `*` that would be refused when the policy
is loaded, a line for other namespaces than git.
"""

from __future__ import annotations

from gitward.record import replace
from gitward.signatures.ssh.listing import ListedKey, Listing, usable_key
from gitward.signatures.ssh.patterns import matches_list
from gitward.signatures.ssh.signeroptions import Options, read_options

_TYPES = ("ssh-", "ecdsa-", "sk-")  # how the types of keys begin, and no option does
_BLANKS = " \t\r"
_SHOWN = 60


def import_allowed_signers(data: bytes, path: str = "") -> Listing:
    """The keys of a list of allowed signers. Never raises: what is wrong is a note, `PATH:LINE: ...`."""
    keys: list[ListedKey] = []
    lines: dict[tuple[object, ...], int] = {}  # what a policy has once -> the line where it stands
    notes = []
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        text = line.strip(_BLANKS)
        if not text or text.startswith("#"):
            continue
        try:
            key = _read(text, number)
            _not_twice(key, lines)
        except ValueError as error:
            notes.append(f"{path}:{number}: not imported: {error}")
        else:
            keys.append(key)
    return Listing(keys=tuple(keys), notes=tuple(notes))


def _read(text: str, number: int) -> ListedKey:
    """One line. Raises ValueError with why it does not count."""
    if "\0" in text:
        raise ValueError("there is a NUL in the line")
    field, rest = _first_field(text)
    words, rest = ("", rest) if rest.startswith(_TYPES) else _options_field(rest)
    options = read_options(words)
    names = _names(field, is_authority=options.is_authority)
    if options.namespaces is not None and not matches_list("git", options.namespaces.split(",")):
        raise ValueError(f"the line is for the namespaces {_quoted(options.namespaces)}, which git's is not among")
    key, blob, title = usable_key(rest)
    return _listed(options, ListedKey(key=key, blob=blob, line=number, names=names, title=title))


def _listed(options: Options, key: ListedKey) -> ListedKey:
    return replace(
        key, is_authority=options.is_authority, valid_after=options.valid_after, valid_before=options.valid_before
    )


def _first_field(text: str) -> tuple[str, str]:
    """The principals, in quotes or not, and the rest of the line."""
    if text.startswith('"'):
        field, closed, rest = text[1:].partition('"')
        if not closed or rest[:1] not in _BLANKS:
            raise ValueError("the quotes of the principals are not closed, or followed by no blank")
    else:
        end = next((at for at, letter in enumerate(text) if letter in _BLANKS), len(text))
        field, rest = text[:end], text[end:]
        if '"' in field:
            raise ValueError("there is a quote inside the principals")
    if not rest.strip(_BLANKS):
        raise ValueError("the line has no key")
    return field, rest.strip(_BLANKS)


def _options_field(text: str) -> tuple[str, str]:
    """What stands before the first blank that is not in quotes, and the rest."""
    quoted = escaped = False
    for at, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\" and text[at + 1 : at + 2] == '"':
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in " \t":
            return text[:at], text[at:].strip(_BLANKS)
    raise ValueError("the quotes of an option are not closed" if quoted else "the line has no key")


def _names(field: str, *, is_authority: bool) -> tuple[str, ...]:
    """The principals of a line. Raises ValueError where a policy cannot have them."""
    names = tuple(name for name in field.split(",") if name)
    if not any(name for name in names if not name.startswith("!")):
        raise ValueError("it names nobody: what begins with ! only takes out")
    for name in names:
        if not name.isprintable():
            raise ValueError(f"the principal {_quoted(name)} has characters that cannot be seen")
        if name.strip("*") == "":
            raise ValueError("its principal is *, and a policy has no key that signs for everybody: name whom it signs for")
        if not is_authority and (name.startswith("!") or "*" in name or "?" in name):
            raise ValueError(f"{_quoted(name)} is a pattern, and the key's owner has a name: name each owner")
    return names


def _not_twice(key: ListedKey, lines: dict[tuple[object, ...], int]) -> None:
    """A key stands once, an authority once with the same limits."""
    limits = (key.names, key.valid_after, key.valid_before) if key.is_authority else ()
    first = lines.setdefault((key.blob, *limits), key.line)
    if first != key.line:
        raise ValueError(f"the same key stands in line {first}, and a policy has each key once")


def _quoted(text: str) -> str:
    return ascii(text[:_SHOWN]) + ("..." if len(text) > _SHOWN else "")
