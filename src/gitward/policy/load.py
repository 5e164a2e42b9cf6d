"""From the bytes of policy files to a `model.Policy`. The only module that imports pydantic and YAML.

YAML events become plain data with positions (`compose`). Models made from the records of the grammar and of the rules
that the policy uses (`models`) turn their text into values. `resolve` looks up what the files name, `build` makes the
policy.
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml
from pydantic_core import SchemaValidator, ValidationError

from gitward import __version__, rules
from gitward.errors import PolicyError
from gitward.policy import build, complaints, packs
from gitward.policy.compose import compose, decode, nearest
from gitward.policy.extend import MAX_BESIDE, Parsed
from gitward.policy.grammar import Common, Drop, Extension, File, NoRule
from gitward.policy.hints import hints
from gitward.policy.models import schema_of
from gitward.policy.resolve import Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.model import Policy
    from gitward.policy.compose import Document, Path
    from gitward.policy.resolve import Tests

    Reader = Callable[[str], bytes | None]

# the one in C where it is installed; both read the same
YAML_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def model(of: Any) -> SchemaValidator:
    """Reads a mapping of texts, lists and mappings as a record."""
    return SchemaValidator(schema_of(of))


def load_policy(read: Reader, path: str, source: str) -> Policy:
    """Load the policy file `path`. `read` gives the bytes of a file of the same place, None where there is none.

    `source` is how the policy is called, in its decisions too; where it ends with `path`, as in
    `refs/heads/main:.gitward.yaml`, errors call every file in that way. Raises PolicyError.
    """
    return build.policy(load_plain(read, path, source).plain)


def load_with_tests(read: Reader, path: str, source: str) -> tuple[Policy, Tests]:
    """The policy and its tests: entry id -> ((test, `file:line`), ...)."""
    resolved = load_plain(read, path, source)
    return build.policy(resolved.plain), resolved.tests


def load_file(path: str) -> Policy:
    """Load a policy from a file; what it extends is read from its folder. Raises PolicyError."""
    return load_policy(folder_reader(os.path.dirname(path)), os.path.basename(path), path)


def load_plain(read: Reader, path: str, source: str) -> Resolved:
    """The plain form of a policy, as `compiled` keeps it, and its tests. Raises PolicyError."""
    prefix = source.removesuffix(path) if source.endswith(path) else ""

    def parse(name: str) -> Parsed | None:
        built_in = name.startswith(packs.PREFIX)
        data = packs.read(name) if built_in else read(name)
        return None if data is None else _parse(data, name, name if built_in else prefix + name, Extension)

    data = read(path)
    if data is None:
        raise PolicyError("there is no such file", prefix + path, fix="write one with `gitward init`")
    def beside(of: Any, name: str, data: bytes) -> tuple[Any, Document]:
        document = _composed(decode(data, prefix + name, most=MAX_BESIDE), name, prefix + name)
        problems: list[PolicyError] = []
        value = _validated(of, document.data, document, (), problems)
        complaints.raise_first(problems)
        return value, document

    return resolve(path, source, parse, read, _parse(data, path, prefix + path, File), beside)


def load_record(of: type, data: bytes, file: str) -> Any:
    """Another YAML file of the host's as a record, read as strictly as a policy. Raises PolicyError."""
    document = _composed(decode(data, file), file, file)
    problems: list[PolicyError] = []
    value = _validated(of, document.data, document, (), problems)
    complaints.raise_first(problems)
    return value


def plain_data(data: bytes, file: str) -> Any:
    """A YAML file of another tool as dicts, lists and text, under the same refusals as a policy. Raises PolicyError."""
    return _composed(decode(data, file), file, file).data


def folder_reader(folder: str) -> Reader:
    """Reads files below a folder. Raises PolicyError for a file that is there and cannot be read."""

    def read(name: str) -> bytes | None:
        path = os.path.join(folder, name)
        try:
            with open(path, "rb") as file:
                return file.read(MAX_BESIDE + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise PolicyError(
                f"cannot be read: {problem.strerror}", path, fix="make it readable for this user"
            ) from None

    return read


def _parse(data: bytes, name: str, file: str, head: type[File] | type[Extension]) -> Parsed:
    document = _composed(decode(data, file), name, file)
    _check_version(document)
    for key in ("principals", "groups"):
        given = document.data.get(key)
        if isinstance(given, dict) and list(given) == ["file"] and isinstance(given["file"], str):
            document.data[key] = given["file"]
    problems: list[PolicyError] = []
    value = _validated(head, document.data, document, (), problems)
    given = document.data.get("rules")
    entries = [
        _entry(item, document, ("rules", index), problems)
        for index, item in enumerate(given if isinstance(given, list) else [])
        if isinstance(item, dict)
    ]
    complaints.raise_first(problems)
    return Parsed(document=document, digest=hashlib.sha256(data).hexdigest(), head=value, entries=tuple(entries))


def _composed(text: str, name: str, file: str) -> Document:
    try:
        return compose(yaml.parse(text, Loader=YAML_READER), name, file)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        message = ", ".join(part for part in (problem.context, problem.problem) if part)
        fix = 'a text that begins with "!" is quoted' if "scanning a tag" in message else ""
        raise PolicyError(f"not YAML: {message}", file, line, column, fix) from None
    except (yaml.YAMLError, ValueError, OverflowError) as problem:  # the scanner lets chr() and int() raise
        raise PolicyError(f"not YAML: {problem}", file) from None


def _check_version(document: Document) -> None:
    """Refuse what is written for a newer gitward before anything else: its keys may be unknown here."""
    wanted = document.data.get("gitward")
    if not isinstance(wanted, str) or not wanted.startswith(">="):
        return
    if _numbers(wanted) > _numbers(__version__):
        message = f"this policy needs gitward {wanted.removeprefix('>=')} or newer, this is {__version__}"
        raise document.error(message, ("gitward",), "update gitward")


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, three of them: `>=1.4` and `1.4.0rc1` are both (1, 4, 0)."""
    found = re.match(r"(?:>=)?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?", version)
    return tuple(int(number or 0) for number in found.groups()) if found else (0, 0, 0)


def _validated(of: Any, data: Any, document: Document, path: Path, problems: list[PolicyError], *beside: type) -> Any:
    """A mapping of the file as a record; None where it is none, with the reasons added to `problems`.

    `beside` are records whose keys stand in the same mapping and are not in `data`.
    """
    try:
        return model(of).validate_python(data)
    except ValidationError as problem:
        problems.extend(complaints.in_words(problem.errors(include_url=False), document, path, of, *beside))
        return None


def _entry(data: dict[str, Any], document: Document, path: Path, problems: list[PolicyError]) -> tuple[Any, Any]:
    """One item under `rules`: (Common, rule), or (Drop, None)."""
    if "drop" in data:
        return _validated(Drop, data, document, path, problems), None
    name = data.get("rule")
    if isinstance(name, str) and name not in rules.NAMES:
        fix = f"there are {', '.join(rules.NAMES)}"
        problems.append(document.error(f"unknown rule {name!r}{nearest(name, rules.NAMES)}", (*path, "rule"), fix))
        return None, None
    rule = rules.load(name) if isinstance(name, str) else NoRule
    if hasattr(rule, "filled_from"):  # it has no options that an entry could set
        return _validated(Common, data, document, path, problems), rule()
    options = {key: value for key, value in data.items() if key in hints(rule)}
    common = {key: value for key, value in data.items() if key not in options}
    return (
        _validated(Common, common, document, path, problems, rule),
        _validated(rule, options, document, path, problems),
    )
