"""The options of the two commands that sshd runs, read without click: it would double what every `git fetch` waits for."""

from __future__ import annotations

from gitward.errors import UsageError


def parse(command: str, arguments: list[str], names: tuple[str, ...]) -> tuple[dict[str, list[str]], list[str]]:
    """Options as name -> values, wherever they stand, and the other words. Raises UsageError for one that is not in `names`."""
    options: dict[str, list[str]] = {name: [] for name in names}
    words, rest = [], list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        name, separator, value = word.partition("=")
        if name not in names:
            raise UsageError(f"gitward access {command}: no such option: {name}", f"one of {', '.join(names)}")
        if not separator:
            if not rest:
                raise UsageError(f"gitward access {command}: {name} needs a value")
            value = rest.pop(0)
        options[name].append(value)
    return options, words
