"""The programs and libraries that gitward stands on."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib import metadata

from gitward import __version__, gitcommand
from gitward.doctor.finding import fail, ok, warn
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding

GIT_WANTED = (2, 32)  # reads GIT_CONFIG_GLOBAL, so judging sees nobody's configuration
LIBRARIES = ("pygit2", "google-re2", "pydantic", "PyYAML", "cryptography", "asn1crypto")


def check_tools() -> Iterator[Finding]:
    yield ok("gitward", f"{__version__}, {sys.executable}")
    yield ok("python", platform.python_version())
    yield _git()
    for library in LIBRARIES:
        try:
            yield ok(library, metadata.version(library))
        except metadata.PackageNotFoundError:
            yield fail(library, "is not installed", "install gitward again, with its dependencies")
    gpg = shutil.which("gpg")
    yield ok("gpg", gpg or "is not installed; only policies that list `openpgp` keys need it")


def _git() -> Finding:
    try:
        version = gitcommand.version()
    except GitwardError as problem:
        return fail("git", problem.message, problem.fix)
    words = ".".join(map(str, version))
    if version < GIT_WANTED:
        return warn("git", f"{words} is old", f"update it to {'.'.join(map(str, GIT_WANTED))} or newer")
    return ok("git", words)
