"""One search of a directory, by ldapsearch(1): in pages, without following referrals, within limits of time and size.

The password goes through a pipe, never on a command line. Of the environment and the user's own files ldapsearch gets nothing
(ldap.conf(5)); the machine's ldap.conf counts for what is not said here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from threading import Timer

from gitward.directory import ldif
from gitward.errors import GitwardError, UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Literal

    from gitward.directory.ldif import Entry
    from gitward.directory.settings import Settings

PATH = "/usr/local/bin:/usr/bin:/bin"
PAGE = 500  # entries: what directories give at once
MOST = 256 << 20  # bytes of an answer
_WHY = {
    3: "it takes longer than it allows", 4: "it has more entries than it gives at once", 10: "it refers to another directory",
    32: "there is no such base", 49: "it refuses the bind: name or password is wrong", 50: "it does not let this name read there",
}  # fmt: skip


@record
class Directory:
    """Where to ask: an address that `settings.checked` has seen."""

    uri: str
    settings: Settings
    needs_tls: bool = False

    def search(self, base: str, of: str, *attributes: str, scope: Literal["sub", "base"] = "sub") -> Iterator[Entry]:
        """The entries below a base, or the base alone, that a filter finds.

        Raises GitwardError where the answer is not whole, UsageError.
        """
        if "\0" in base:
            raise GitwardError(f"{base[:200]!r} is no name of an entry", "no directory has such a name")
        program = shutil.which("ldapsearch", path=PATH)
        if not program:
            raise UsageError("there is no ldapsearch on this machine", "apt-get install ldap-utils")
        settings = self.settings
        words = [program, "-LLL", "-x", "-o", "ldif_wrap=no", "-o", f"nettimeout={settings.timeout}", "-l", str(settings.timeout)]
        words += ["-E", f"pr={PAGE}/noprompt", "-H", self.uri, "-b", base, "-s", scope]
        words += ["-ZZ"] if self.needs_tls else []
        words += ["-D", settings.bind_dn, "-y", "/dev/stdin"] if settings.bind_dn else []
        yield from self._entries([*words, of, *attributes], settings.password(), base)

    def _entries(self, words: list[str], password: bytes, base: str) -> Iterator[Entry]:
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd="/", env=self._environment()
            )
            late = Timer(self.settings.timeout, process.kill)
            late.start()
            try:
                with process.stdin as given:  # type: ignore[union-attr]
                    given.write(password)
                yield from ldif.entries(_lines(process.stdout))  # type: ignore[arg-type]
                status = process.wait()
            except BrokenPipeError:
                status = process.wait()
            finally:
                in_time = late.is_alive()
                late.cancel()
                process.kill()
                process.wait()
                process.stdout.close()  # type: ignore[union-attr]
            if status:
                said.seek(0)
                raise self._failure(status, said.read(4_096), base, in_time=in_time)

    def _environment(self) -> dict[str, str]:
        certificates = {"LDAPTLS_CACERT": self.settings.ca_file} if self.settings.ca_file else {}
        return {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": os.devnull, "LDAPTLS_REQCERT": "demand", "LDAPTLS_REQSAN": "try",
                "LDAPTLS_PROTOCOL_MIN": "3.3", "LDAPREFERRALS": "off", "LDAPDEREF": "never", **certificates}  # fmt: skip

    def _failure(self, status: int, said: bytes, base: str, *, in_time: bool) -> GitwardError:
        if not in_time:
            words = f"the directory took more than {self.settings.timeout} s"
            return GitwardError(words, "raise `timeout`, or look at the directory")
        lines = said.decode("utf-8", "replace").strip().split("\n")
        words = _WHY.get(status, lines[0][:200] or f"ldapsearch ended with {status}")
        return GitwardError(f"the directory does not answer for {base!r}: {words}", "ldapsearch with the same address says more")


def _lines(output: IO[bytes]) -> Iterator[bytes]:
    """The lines of an answer. Raises GitwardError for a longer answer, or line, than any that is meant."""
    left = MOST
    while line := output.readline(ldif.LONGEST + 2):
        left -= len(line)
        if left < 0:
            raise GitwardError(f"the answer of the directory has more than {MOST >> 20} MiB", "a narrower base or filter")
        yield line.removesuffix(b"\n")
