"""A policy of gathered keys, as YAML that loads as it is: the principals, and `signed-commit` on every branch."""

from __future__ import annotations

import os

from gitward.errors import PolicyError, UsageError
from gitward.policy.load import load_policy
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.keys.gathered import Gathered, GatheredKey

INLINE_BYTES = 200 << 10
"""Of principals: with more they stand in a file of their own beside the policy."""


def written(gathered: Gathered, source: str, target: str) -> dict[str, str]:
    """Path -> text: the policy at `target`, and where it would be too long the principals beside it. Raises UsageError."""
    if not gathered.people:
        raise UsageError(f"{source}: no key to import", "see the notes above")
    is_shown = target in ("", "-")
    if gathered.files and is_shown:
        raise UsageError("the certificates of authorities stand in files of their own", "say where: --output POLICY")
    people = "".join(_people(gathered))
    stem = os.path.splitext(os.path.basename(target))[0] or "policy"
    beside = f"{stem}-principals.yaml"
    is_inline = len(people) <= INLINE_BYTES or is_shown
    head = [
        f"# Keys from {visible(os.path.basename(source) or source)}, taken over by gitward keys import.\n",
        "# Look each of them over: who stands here is believed.\n",
        "version: 1\npolicy: {id: imported-keys}\n\n",
    ]
    middle = ["principals:\n", *(f"  {line}" for line in people.splitlines(keepends=True))] if is_inline else [
        f"principals: {{file: {beside}}}\n"
    ]  # fmt: skip
    trust = {key: f"{stem}-{key.removeprefix('x509_')}.pem" for key in gathered.files}
    middle += ["\ntrust:\n", *(f"  {key}: {name}\n" for key, name in trust.items())] if trust else []
    policy = "".join([*head, *middle, "\nrules:\n  - {rule: signed-commit, refs: [\"refs/heads/**\"]}\n"])
    more = {} if is_inline else {beside: people}
    more |= {name: gathered.files[key] for key, name in trust.items()}
    files = {target: policy, **{os.path.join(os.path.dirname(target), name): text for name, text in more.items()}}
    by_name = {os.path.basename(path) or "policy.yaml": text.encode() for path, text in files.items()}
    try:
        load_policy(by_name.get, os.path.basename(target) or "policy.yaml", "the new policy")
    except PolicyError as problem:
        raise UsageError(f"what would be written does not load: {problem}", "import less at once") from None
    return files


def _people(gathered: Gathered) -> Iterator[str]:
    for name, addresses, keys in gathered.people:
        yield f"{_text(name)}:\n"
        if addresses:
            yield f"  addresses: [{', '.join(map(_text, addresses))}]\n"
        yield "  keys:\n"
        for key in keys:
            yield from _key(key)


def _key(key: GatheredKey) -> Iterator[str]:
    if not key.block:
        yield f"    - {{{', '.join(f'{name}: {value}' for name, value in key.pairs)}}}\n"
        return
    first = "- "
    for name, value in key.pairs:
        yield f"    {first}{name}: {value}\n"
        first = "  "
    yield "      certificate: |\n"
    for line in key.block.strip("\n").split("\n"):
        yield f"        {line}\n" if line else "\n"


def _text(value: str) -> str:
    """A scalar of YAML: plain where that is safe for everybody, else quoted."""
    is_plain = value[:1].isalpha() and all(letter.isalnum() or letter in "@._-" for letter in value) and value.isascii()
    is_word = value.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    return value if is_plain and not is_word else f"'{value.replace(chr(39), chr(39) * 2)}'"
