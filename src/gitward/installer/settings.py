"""What a server's hook is told on its own command line: its policies, its log and limits, its channel and URLs."""

from __future__ import annotations

import os
import re

from gitward import budgets, channels, sources
from gitward.errors import UsageError
from gitward.installer import logtarget
from gitward.pushees import is_whole
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OPTIONS = ("--policy", "--log", "--baseline", "--limit", "--lookup", "--actor", "--url")


@record
class Settings:
    """What the hook's command line says. Paths are absolute; policies as `sources` reads them."""

    policies: tuple[str, ...]
    log: str = ""
    baseline: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()
    actor: str = ""
    urls: tuple[str, ...] = ()

    def options(self) -> tuple[str, ...]:
        named = (("--policy", self.policies), ("--log", (self.log,) if self.log else ()), ("--baseline", self.baseline),
                 ("--limit", self.limits), ("--lookup", self.lookups), ("--actor", (self.actor,) if self.actor else ()),
                 ("--url", self.urls))  # fmt: skip
        return tuple(word for name, values in named for value in values for word in (name, value))

    @classmethod
    def of(cls, options: Sequence[str]) -> Settings:
        """The settings that such options say. Raises UsageError for one that this gitward does not write."""
        given: dict[str, list[str]] = {name: [] for name in _OPTIONS}
        for name, value in zip(options[::2], (*options[1::2], ""), strict=False):
            if name not in given:
                raise UsageError(f"the hook says {name}, which this gitward does not know", "use the gitward that wrote it")
            given[name].append(value)
        return cls(
            policies=tuple(given["--policy"]),
            log=(given["--log"] or [""])[-1],
            baseline=tuple(given["--baseline"]),
            limits=tuple(given["--limit"]),
            lookups=tuple(given["--lookup"]),
            actor=(given["--actor"] or [""])[-1],
            urls=tuple(given["--url"]),
        )


def settings(policies: tuple[str, ...], log: str, baseline: tuple[str, ...], limits: tuple[str, ...],
             lookups: tuple[str, ...] = (), actor: str = "", urls: tuple[str, ...] = ()) -> Settings:  # fmt: skip
    """Check and complete what was given on the command line. Raises UsageError, PolicyError for a look-up's settings."""
    if not policies:
        raise UsageError("a server hook without a policy denies every push", "add --policy FILE, or --policy REF:PATH")
    for oid in baseline:
        if not _OID.fullmatch(oid):
            raise UsageError(
                f"--baseline {oid}: not a full commit id", "write what `git rev-parse` prints: 40 or 64 digits"
            )
    budgets.limits(limits)
    for url in urls:
        if not is_whole(url):
            raise UsageError(f"--url {url}: it names no repository by itself", "write the whole URL, as git remote -v shows it")
    return Settings(
        policies=tuple(source if sources.is_in_repository(source) else os.path.abspath(source) for source in policies),
        log=logtarget.absolute(log) if log else "",
        baseline=baseline,
        limits=limits,
        lookups=_lookups(lookups),
        actor=channels.chosen((actor,) if actor else ()),
        urls=urls,
    )


def _lookups(words: tuple[str, ...]) -> tuple[str, ...]:
    """The same words, the paths absolute, each file read as the hook will."""
    if not words:
        return ()
    from gitward import lookup
    from gitward.lookup.settings import load

    found = lookup.named(words)
    for path in found.values():
        load(path)  # whether the token can be read, `doctor` says: the hook runs as whoever receives pushes
    return tuple(f"{name}={path}" for name, path in found.items())
