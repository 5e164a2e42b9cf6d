"""A time-stamping authority on loopback: openssl's own (openssl-ts(1)), behind the HTTP of RFC 3161, section 3.4."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = """
[ tsa ]
serial = {folder}/serial
certs = {folder}/ca.pem
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
[ req ]
distinguished_name = dn
[ dn ]
[ ca ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[ stamper ]
extendedKeyUsage = critical,timeStamping
"""


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def authority(folder: Path) -> Path:
    """Make an authority with a root of its own; its configuration."""
    folder.mkdir()
    config = folder / "openssl.cnf"
    config.write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-days", 30,
            "-subj", "/CN=root", "-config", config, "-extensions", "ca")  # fmt: skip
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "tsa.key", "-out",
            folder / "tsa.csr", "-subj", "/CN=stamper", "-config", config)  # fmt: skip
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-out",
            folder / "tsa.pem", "-days", 30, "-extfile", config, "-extensions", "stamper", "-set_serial", 2)  # fmt: skip
    return config


@contextmanager
def stamping(config: Path) -> Iterator[str]:
    """The address of the authority while it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            place = config.parent / "query"
            place.write_bytes(query)
            done = subprocess.run(
                ["openssl", "ts", "-reply", "-config", config, "-section", "tsa", "-queryfile", place],
                check=True, capture_output=True,
            )  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(done.stdout)))
            self.end_headers()
            self.wfile.write(done.stdout)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
