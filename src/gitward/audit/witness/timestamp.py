"""A time stamp over a checkpoint's text (RFC 3161), asked for and verified with the openssl command (openssl-ts(1))."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime

from gitward import clock
from gitward.audit.witness import NoWitness, entries, kept
from gitward.audit.witness.posting import post
from gitward.ownfolder import TemporaryFolder
from gitward.regularfile import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness.settings import Witness
    from gitward.tlog.checkpoint import Checkpoint

_SECONDS = 10
_TIME = re.compile(r"^Time stamp: (\w{3} +\d{1,2} \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE)
_STATUS = re.compile(r"^Status: (Granted|Granted with modifications)\.$", re.MULTILINE)


def ask(directory: str, witness: Witness, checkpoint: Checkpoint, seconds: float) -> str:
    """Have the checkpoint stamped, and keep the token; its time. Raises NoWitness."""
    with TemporaryFolder() as folder:
        data, query, token = (os.path.join(folder, name) for name in ("text", "query", "token"))
        _write(data, checkpoint.text().encode())
        _openssl("-query", "-data", data, "-sha256", "-cert", "-out", query)
        with open(query, "rb") as file:
            reply = post(witness.url, file.read(), "application/timestamp-query", seconds)
        if reply.status != 200:
            raise NoWitness(f"gives no time stamp ({reply.status})")
        _write(token, reply.body)
        time = _time(token)
        _verify(token, time, witness.ca_file, "-queryfile", query)
        _verify(token, time, witness.ca_file, "-data", data)
    kept.keep(directory, checkpoint.size, f"{witness.name}.tsr", reply.body)
    return clock.at(time)


def look(directory: str, witness: Witness) -> tuple[str, Checkpoint] | None:
    """The largest checkpoint that this witness has stamped, and when. Raises NoWitness for a token that does not verify."""
    kind = f"{witness.name}.tsr"
    size = next(kept.sizes(directory, kind), None)
    if size is None:
        return None
    found = kept.read(directory, size)
    if found is None:
        raise NoWitness(f"has stamped a checkpoint of {entries(size)} that is not there any more")
    with TemporaryFolder() as folder:
        data, token = os.path.join(folder, "text"), os.path.join(folder, "token")
        _write(data, found.text().encode())
        _write(token, content(kept.path(directory, size, kind), kept.MAXIMUM))
        time = _time(token)
        _verify(token, time, witness.ca_file, "-data", data)
    return clock.at(time), found


def _time(token: str) -> int:
    """The time in a token, of which nothing is verified yet, in seconds since 1970."""
    words = _openssl("-reply", "-in", token, "-text")
    stamp = _TIME.search(words)
    if not _STATUS.search(words) or not stamp:
        raise NoWitness("gives an answer that is no time stamp")
    parsed = datetime.strptime(f"{stamp[1]} {stamp[2]}", "%b %d %H:%M:%S %Y")
    return int(parsed.replace(tzinfo=UTC).timestamp())


def _verify(token: str, time: int, ca_file: str, *over: str) -> None:
    """As of the time that the token names: an authority's certificate may end, what it stamped before stays stamped."""
    if not os.path.isfile(ca_file):
        raise NoWitness(f"cannot be verified: {ca_file} is not there")
    try:
        _openssl("-verify", "-in", token, *over, "-CAfile", ca_file, "-attime", str(time))
    except NoWitness:
        raise NoWitness("gives a time stamp that does not verify: other text, or an authority that is not trusted") from None


def _openssl(*arguments: str) -> str:
    """Run `openssl ts`; its stdout. Raises NoWitness where it fails."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "OPENSSL_CONF": os.devnull}
    try:
        done = subprocess.run(
            ["openssl", "ts", *arguments], capture_output=True, timeout=_SECONDS, env=environment, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError:
        raise NoWitness("cannot be asked: there is no openssl on the PATH") from None
    except subprocess.TimeoutExpired:
        raise NoWitness(f"cannot be asked: openssl took more than {_SECONDS} s") from None
    if done.returncode:
        raise NoWitness("gives an answer that openssl does not read")
    return done.stdout.decode("utf-8", "replace")


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
