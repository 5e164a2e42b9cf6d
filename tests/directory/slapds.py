"""Debian's slapd on a socket and on loopback, its configuration and data in a folder of its own, gone when the block ends."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIX = "dc=example,dc=com"
ADMIN, PASSWORD = f"cn=admin,{SUFFIX}", "a secret of some length"
_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/tls.pem
TLSCertificateKeyFile {folder}/tls.key
sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
database mdb
maxsize 268435456
suffix "{suffix}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/db
dbnosync
access to * by dn.exact="{admin}" write by anonymous auth
"""
TREE = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups
"""


@dataclass(frozen=True)
class Slapd:
    """`socket`, `plain` and `tls` are its addresses, `ca` the certificate to trust."""

    folder: Path
    socket: str
    plain: str
    tls: str

    @property
    def ca(self) -> Path:
        return self.folder / "tls.pem"

    def change(self, ldif: str) -> None:
        """Change records (ldif(5)), by the administrator."""
        words = [servers.need("ldapmodify", "ldap-utils"), "-x", "-H", self.socket, "-D", ADMIN, "-w", PASSWORD]
        subprocess.run(words, input=ldif.encode("utf-8", "surrogateescape"), check=True, capture_output=True)


def person(name: str, dn: str = "", **more: str) -> str:
    named = {"uid": name, "cn": name, "sn": "of the people", **more}
    attributes = "".join(f"{key}: {value}\n" for key, value in named.items())
    return f"\ndn: {dn or f'uid={name},ou=people,{SUFFIX}'}\nobjectClass: inetOrgPerson\n{attributes}"


def group(cn: str, *members: str, of: str = "groupOfNames") -> str:
    listed = "".join(f"member: {member}\n" for member in members)
    return f"\ndn: cn={cn},ou=groups,{SUFFIX}\nobjectClass: {of}\ncn: {cn}\n{listed}"


@contextmanager
def slapd(*records: str) -> Iterator[Slapd]:
    """A directory with these entries below SUFFIX."""
    program, add = servers.need("slapd", "slapd"), servers.need("slapadd", "slapd")
    servers.need("ldapsearch", "ldap-utils")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-")))  # a unix socket's path has 107 bytes
        (folder / "db").mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out",
             folder / "tls.pem"], check=True, capture_output=True,
        )  # fmt: skip
        config = folder / "slapd.conf"
        config.write_text(_CONFIG.format(folder=folder, suffix=SUFFIX, admin=ADMIN, password=PASSWORD))
        data = (TREE + "".join(records)).encode("utf-8", "surrogateescape")
        subprocess.run([add, "-q", "-f", config], input=data, check=True, capture_output=True)
        plain, tls = (_free() for _ in range(2))
        at = f"ldapi://{quote(str(folder / 'socket'), safe='')}"
        made = Slapd(folder, at, f"ldap://127.0.0.1:{plain}", f"ldaps://127.0.0.1:{tls}")
        urls = f"{made.socket} ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}"
        process = subprocess.Popen([program, "-f", config, "-h", urls, "-d", "0"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        stack.callback(_end, process)
        deadline = time.monotonic() + 15
        while not (folder / "socket").exists() or not _answers(plain):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("slapd does not start")
            time.sleep(0.02)
        yield made


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
