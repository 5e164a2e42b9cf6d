"""Trackers that are slow, down, wrong or hostile: no answer, in time, and the token goes nowhere else."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from test_lookup_trackers import ask

from gitward.lookup.many import LATE, ask_many
from trackers import Behaviour, Tracker, always, issue, jira, response, settings, tracking

if TYPE_CHECKING:
    from gitward.model import TicketState

TOKEN = "s3cret-t0ken"
GOOD = issue("PROJ-1", "new")


@pytest.fixture(autouse=True)
def _nothing_takes_long() -> Iterator[None]:
    """The time limit of a question is a second here; the rest is for slow machines."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 30


def of(tracker: Tracker, folder: Path, **more: object) -> Path:
    return settings(folder, kind="jira", url=tracker.url, token=TOKEN, timeout=1, **more)


def head(*headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()


# --- wrong ------------------------------------------------------------------------------------------------------------

WRONG = {
    "a page": (always(b"<html>please log in</html>", 200), "without a JSON object"),
    "nothing": (always(b"", 200), "without a JSON object"),
    "a list": (always([GOOD]), "without a JSON object"),
    "a text": (always("open"), "without a JSON object"),
    "deep": (always(b"[" * 500_000), "without a JSON object"),
    "deep objects": (always(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "without a JSON object"),
    "not a number": (always(b'{"key": NaN}'), "without a JSON object"),
    "a huge number": (always(b'{"key": ' + b"9" * 100_000 + b"}"), "without a JSON object"),
    "not UTF-8": (always(b'{"key": "\xff"}'), "without a JSON object"),
    "no fields": (always({"key": "PROJ-1"}), "leaves out fields"),
    "no status": (always({"key": "PROJ-1", "fields": {"status": "open"}}), "leaves out status"),
    "no key": (always({"fields": GOOD["fields"]}), "no key and no status category"),
    "a key that is a list": (always({**GOOD, "key": ["PROJ-1"]}), "no key and no status category"),
    "a key that is none": (always(issue("PROJ-1\x1b[2J", "new")), "no key and no status category"),
    "a category of its own": (always(issue("PROJ-1", "almost")), "no key and no status category"),
    "a broken server": (always({"error": "x"}, 500), "answers 500"),
    "no content": (always(GOOD, 204), "without a JSON object"),
    "created": (always(GOOD, 201), "answers 201"),
    "not found as a page": (always(b"<html>404</html>", 404), "answers 404 without a JSON object: is `url` right?"),
    "no right": (always({}, 401), "refuses the token (401)"),
    "forbidden": (always(GOOD, 403), "refuses the token (403)"),
    "too often": (always({}, 429), "asks to be asked less often"),
    "no HTTP": (lambda connection, _: connection.sendall(b"SSH-2.0-x\r\n"), "no HTTP"),
    "no end of the line": (lambda connection, _: connection.sendall(b"HTTP/1.1 200 " + b"x" * 100_000), "no HTTP"),
    "hangs up": (lambda connection, _: None, "cannot be reached"),
    "hangs up half-way": (lambda connection, _: connection.sendall(response(GOOD)[:-9]), "without a JSON object"),
    "a wrong length": (lambda connection, _: connection.sendall(head("Content-Length: -5") + b"{}"), "leaves out fields"),
    "wrong chunks": (lambda connection, _: connection.sendall(head("Transfer-Encoding: chunked") + b"zz\r\n"), "no HTTP"),
    "many headers": (lambda connection, _: connection.sendall(head(*["a: b"] * 10_000)), "no HTTP"),
    "a long header": (lambda connection, _: connection.sendall(head("a: " + "b" * 1_000_000)), "no HTTP"),
    "two megabytes": (always(b'{"key": "' + b"x" * (2 << 20)), "more than 1048576 bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("behaviour", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_none(tmp_path: Path, behaviour: Behaviour, says: str) -> None:
    with tracking(behaviour) as tracker:
        states, (detail,) = ask(of(tracker, tmp_path), "PROJ-1")
    assert states == ["outage"]
    assert detail.startswith("look-up it: ")
    assert says in detail
    assert TOKEN not in detail
    assert "\x1b" not in detail


@pytest.mark.parametrize(
    "answer",
    [{"number": 4, "state": "open"}, {"number": "3", "state": "open"}, {"number": True, "state": "open"},
     {"number": 3, "state": "merged"}, {"number": 3}, {"state": "open"}],
)  # fmt: skip
def test_an_issue_that_nobody_asked_for(tmp_path: Path, answer: object) -> None:
    with tracking(always(answer)) as tracker:
        path = settings(tmp_path, kind="github", url=tracker.url, repositories=["acme/app"])
        states, details = ask(path, "#3")
    assert states == ["outage"]
    assert len(details) == 1


def test_github_says_forbidden_to_who_asks_too_often(tmp_path: Path) -> None:
    with tracking(always({"message": "rate limit"}, 403)) as tracker:
        path = settings(tmp_path, kind="github", url=tracker.url, repositories=["acme/app"])
        assert ask(path, "#3") == (["outage"], ["look-up it: refuses the token (403), or is asked too often"])


# --- the token --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(tmp_path: Path, status: int) -> None:
    with tracking(always(GOOD)) as other, tracking(always({}, status, f"Location: {other.url}/x")) as tracker:
        states, (detail,) = ask(of(tracker, tmp_path), "PROJ-1")
        assert states == ["outage"]
        assert f"points to another address ({status})" in detail
        assert other.heads == []


def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tracking(always(GOOD)) as proxy, tracking(jira({"PROJ-1": "new"})) as tracker:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(of(tracker, tmp_path), "PROJ-1") == (["open"], [])
        assert proxy.heads == []


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS side for 127.0.0.1, and the file with the certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = folder / f"{name}.key"
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()))  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return context, path


def test_the_certificate_must_be_trusted(tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path, "good")
    _, other = certificate(tmp_path, "other")
    with tracking(jira({"PROJ-1": "new"}), context) as tracker:
        assert ask(of(tracker, tmp_path, ca_file=str(trusted)), "PROJ-1") == (["open"], [])
        for more in ({}, {"ca_file": str(other)}):
            states, (detail,) = ask(of(tracker, tmp_path, **more), "PROJ-1")
            assert states == ["outage"]
            assert "certificate that is not trusted" in detail
        assert len(tracker.heads) == 1


# --- slow -------------------------------------------------------------------------------------------------------------


def drip(tracker: list[Tracker], start: bytes, more: bytes, pause: float) -> Behaviour:
    def behave(connection: socket.socket, _: str) -> None:
        connection.sendall(start)
        while not tracker[0].over.wait(pause):
            connection.sendall(more)

    return behave


def test_what_hangs_is_cut_off_at_its_limit(tmp_path: Path) -> None:
    """Four tickets at once: one gets no answer, one drips its head, one its body, one never begins."""
    this: list[Tracker] = []
    ways = {
        "PROJ-1": drip(this, b"", b"", 60),
        "PROJ-2": drip(this, b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.1),
        "PROJ-3": drip(this, head("Content-Length: 1000000"), b" ", 0.1),
        "PROJ-4": drip(this, b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001),
    }
    with tracking(lambda connection, path: ways[path[-20:-14]](connection, path)) as tracker:
        this.append(tracker)
        start = time.monotonic()
        states, details = ask(of(tracker, tmp_path), *ways)
        taken = time.monotonic() - start
        assert sorted(path[-20:-14] for path in tracker.paths) == sorted(ways)
    assert states == ["outage"] * 4
    assert details == ["look-up it: does not answer in time"]
    assert 0.9 < taken < 20


def test_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    sent = []

    def behave(connection: socket.socket, _: str) -> None:
        connection.sendall(head("Content-Length: 1073741824"))
        for _ in range(1024):
            connection.sendall(b" " * (1 << 20))
            sent.append(1)

    with tracking(behave) as tracker:
        states, _ = ask(of(tracker, tmp_path), "PROJ-1")
    assert states == ["outage"]
    assert len(sent) < 32


def test_a_tracker_that_hangs_costs_its_limit_once(tmp_path: Path) -> None:
    this: list[Tracker] = []
    with tracking(drip(this, b"", b"", 60)) as tracker:
        this.append(tracker)
        start = time.monotonic()
        states, details = ask(of(tracker, tmp_path), *(f"PROJ-{number}" for number in range(1, 50)))
        assert time.monotonic() - start < 20
        assert len(tracker.heads) == 4
    assert states == ["outage"] * 49
    assert details[1] == "look-up it: is not asked any more: there was no answer before"


def test_all_tickets_together_have_a_limit_too(tmp_path: Path) -> None:
    def behave(connection: socket.socket, path: str) -> None:
        time.sleep(0.3)
        connection.sendall(response(issue(path[-20:-14], "new")))

    with tracking(behave) as tracker:
        start = time.monotonic()
        states, details = ask(of(tracker, tmp_path, budget=1), *(f"PROJ-{number}" for number in range(10, 60)))
        assert time.monotonic() - start < 20
    assert 4 <= states.count("moved") + states.count("open") <= 16
    assert states.count("outage") == 50 - states.count("moved") - states.count("open")
    assert details == ["look-up it: does not answer in time"]


def test_a_tracker_that_is_down(tmp_path: Path) -> None:
    with tracking(always(GOOD)) as tracker:
        path = of(tracker, tmp_path)
    states, (detail,) = ask(path, "PROJ-1")
    assert states == ["outage"]
    assert detail == "look-up it: cannot be reached: Connection refused"


def test_nobody_waits_for_what_cannot_be_cut() -> None:
    """A resolver of names that hangs, for instance: it listens to nothing, and ends when it likes."""

    class Deaf:
        def ask(self) -> TicketState:
            time.sleep(3)
            return "open"

        def cut(self) -> None:
            raised.append("cut")

    raised: list[str] = []
    start = time.monotonic()
    said = ask_many({f"PROJ-{number}": Deaf() for number in range(9)}, timeout=0.2, until=start + 60)
    assert time.monotonic() - start < 1.5
    assert [str(answer) for answer in said.values()][:5] == [LATE] * 4 + ["is not asked any more: there was no answer before"]
    assert raised == ["cut"] * 4


def test_a_crash_of_our_own_is_no_answer() -> None:
    class Broken:
        def ask(self) -> TicketState:
            raise AssertionError("secret")

        def cut(self) -> None: ...

    said = ask_many({"PROJ-1": Broken()}, timeout=1, until=time.monotonic() + 60)
    assert str(said["PROJ-1"]) == "gives an answer that cannot be read (AssertionError)"
