"""What the corpus is made of: changes, and which entries of the corpus policies must refuse each of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Blob:
    """A file of a tree; for a submodule the content is the name of a node."""

    path: bytes
    content: bytes = b"x\n"
    mode: str = "100644"


def tree(*given: str | bytes | Blob) -> tuple[Blob, ...]:
    """Files by their paths, ordinary where nothing else is said."""
    return tuple(
        each if isinstance(each, Blob) else Blob(each if isinstance(each, bytes) else each.encode()) for each in given
    )


@dataclass(frozen=True)
class Draft:
    """One object to make. `parents` are nodes of the world's history, or `~` for the item's own object before this one.

    `message` and `raw` may name oids: `{tree}`, or a node in braces. `raw` is the whole object, where git itself would
    not make it; `kind` is then its type. `sign` names the key (sshsigned.py) that signs it; after that, `changed` puts one
    text in another's place. `files` are sizes of new files, in bytes; `tree` is the whole tree otherwise.
    """

    message: bytes = b""
    parents: tuple[str, ...] = ("base",)
    encoding: str = ""
    raw: bytes = b""
    kind: str = "commit"
    sign: str = ""
    changed: tuple[bytes, bytes] = (b"", b"")
    files: tuple[int, ...] = ()
    tree: tuple[Blob, ...] = ()

    @property
    def is_message(self) -> bool:
        """Whether all there is to judge is a message, so that commit-msg can."""
        return not self.raw and not self.files and not self.tree


@dataclass(frozen=True)
class Move:
    """One ref update. `old` and `new` are nodes, '' for none, `~` for the item's last object, `tag NAME NODE` a tag."""

    ref: str
    old: str = ""
    new: str = "~"


@dataclass(frozen=True)
class Item:
    """One change. `rejects` are the ids of all entries that it violates, in whatever stage can see it."""

    id: str
    rule: str
    rejects: frozenset[str]
    drafts: tuple[Draft, ...]
    moves: tuple[Move, ...]

    @property
    def is_rejected(self) -> bool:
        return bool(self.rejects)

    @property
    def is_message(self) -> bool:
        return bool(self.drafts) and all(draft.is_message for draft in self.drafts)

    @property
    def zone(self) -> str:
        """The folder of branches that says which entries apply."""
        return self.moves[0].ref.split("/")[2]


class Table:
    """The items of one rule."""

    def __init__(self, rule: str, entry: str = "") -> None:
        self.rule, self.entry, self.items = rule, entry or rule, list[Item]()

    def reject(self, name: str, *drafts: Draft | bytes | str, also: str = "", zone: str = "case", entry: str = "") -> None:
        """A branch with these commits violates the rule's entry, and the entries in `also`."""
        self._branch(name, drafts, zone, {entry or self.entry, *also.split()})

    def accept(self, name: str, *drafts: Draft | bytes | str, zone: str = "case") -> None:
        """A branch with these commits violates no entry."""
        self._branch(name, drafts, zone, set())

    def refuse(self, name: str, *moves: Move, drafts: tuple[Draft, ...] = (), also: str = "", entry: str = "") -> None:
        """These ref updates violate the rule's entry, and the entries in `also`."""
        self._add(name, drafts, moves, {entry or self.entry, *also.split()})

    def allow(self, name: str, *moves: Move, drafts: tuple[Draft, ...] = ()) -> None:
        """These ref updates violate no entry."""
        self._add(name, drafts, moves, set())

    def _branch(self, name: str, drafts: tuple[Draft | bytes | str, ...], zone: str, rejects: set[str]) -> None:
        made = tuple(
            draft if isinstance(draft, Draft) else Draft(draft if isinstance(draft, bytes) else draft.encode())
            for draft in drafts
        )
        self._add(name, made, (Move(f"refs/heads/{zone}/{self.rule}/{name}"),), rejects)

    def _add(self, name: str, drafts: tuple[Draft, ...], moves: tuple[Move, ...], rejects: set[str]) -> None:
        self.items.append(Item(f"{self.rule}/{name}", self.rule, frozenset(rejects), drafts, moves))


SENTENCE = "The walk stopped at the first such name."
TICKET = "Refs: PROJ-12"


def titled(subject: str, body: str = SENTENCE, trailers: str = TICKET) -> str:
    """A message in which all but the subject is right."""
    return f"{subject}\n\n{body}\n\n{trailers}\n" if body else f"{subject}\n\n{trailers}\n"


def bodied(body: str, trailers: str = TICKET) -> str:
    """A message in which all but the body is right."""
    return titled("fix: handle names in paths", body, trailers)


GOOD = titled("fix: handle names in paths")


def holding(*paths: str | bytes | tuple[str | bytes, str | bytes] | tuple[str | bytes, str | bytes, str]) -> Draft:
    """A commit in which all but its tree is right: the paths, alone or with a content and perhaps a mode."""
    made = []
    for each in paths:
        path, content, mode = (*(each if isinstance(each, tuple) else (each, b"x\n")), "100644")[:3]
        made.append(Blob(path if isinstance(path, bytes) else path.encode(),
                         content if isinstance(content, bytes) else content.encode(), mode))  # fmt: skip
    return Draft(GOOD.encode(), tree=tuple(made))


def narrow(
    subject: str = "feat(api): read names",
    body: str = "The walk stopped at the first\nname of that kind, and said nothing.",
    trailers: str = "Refs: PROJ-12, ABC-3",
) -> str:
    """A message that is right on the branches with the narrower policy."""
    return titled(subject, body, trailers)
