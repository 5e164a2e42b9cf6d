"""Real servers on loopback: a path, Debian's sshd, and git-http-backend behind nginx and fcgiwrap.

Each runs as the user who runs the tests (root or not), on a free port, with its files in a folder of its own, and is
gone when the block ends.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSPORTS = ("path", "ssh", "http")
_SBIN = ":/usr/local/sbin:/usr/sbin:/sbin"
_READY_SECONDS = 15
# host configuration switched off on the server's side too
_SERVER_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def need(program: str, package: str) -> str:
    """The absolute path of a program; without it the test is skipped, or failed where CI promises to have it."""
    found = shutil.which(program, path=os.environ.get("PATH", os.defpath) + _SBIN)
    if found:
        return found
    message = f"{program} is missing: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True)
class Server:
    """How a client reaches repositories here. `environment` goes over that of the client's git."""

    transport: str
    root: str
    environment: dict[str, str] = field(default_factory=dict)

    def url(self, repository: Path) -> str:
        """What `git push` takes to reach a repository of this machine, an absolute path."""
        return f"{self.root}{repository}"


@contextmanager
def serving(transport: str) -> Iterator[Server]:
    """A running server for one of TRANSPORTS."""
    with ExitStack() as stack:
        # not in tmp_path: a unix socket's path may have 107 bytes
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-")))
        start = {"path": _path, "ssh": _ssh, "http": _http}[transport]
        yield start(folder, stack)


def _path(_folder: Path, _stack: ExitStack) -> Server:
    return Server("path", "")


def developer(home: Path) -> dict[str, str]:
    """The environment of git with the host's configuration switched off, and a clock that stands still."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.com",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_NAME": "Ann",
        "GIT_COMMITTER_EMAIL": "ann@example.com",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
    }


# --- processes --------------------------------------------------------------------------------------------------------


def _run(stack: ExitStack, log: Path, *command: str) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own; the stack ends it, and all that it forked."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    stack.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=5)


def _wait(process: subprocess.Popen[bytes], log: Path, family: int, address: object) -> bool:
    """Whether something accepts connections there before the process ends or the time is up."""
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(address) == 0:  # type: ignore[arg-type]
                return True
        time.sleep(0.02)
    return False


def _on_free_port(stack: ExitStack, log: Path, command: list[str], write_config: object) -> int:
    """Start a server on a port that was free a moment ago; another port where somebody was faster."""
    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        write_config(port)  # type: ignore[operator]
        if _wait(_run(stack, log, *command), log, socket.AF_INET, ("127.0.0.1", port)):
            return port
    pytest.fail(f"{command[0]} does not start:\n{log.read_text(errors='replace')}")


# --- ssh --------------------------------------------------------------------------------------------------------------

_SSHD = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxSessions 100
{settings}
"""
LOGIN = f"{getpass.getuser()}@127.0.0.1"


def keys(folder: Path, *names: str) -> None:
    """Pairs of SSH keys of these names, without passphrase and comment."""
    for name in names:
        command = (need("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name)
        subprocess.run(command, check=True)


def sshd(folder: Path, stack: ExitStack, settings: str) -> tuple[int, list[str]]:
    """A running sshd with these settings: its port, and the words of an ssh that reaches it, without a key of its own."""
    program, ssh = need("sshd", "openssh-server"), need("ssh", "openssh-client")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    keys(folder, "host")

    def write_config(port: int) -> None:
        (folder / "sshd_config").write_text(_SSHD.format(port=port, folder=folder, settings=settings))

    port = _on_free_port(stack, folder / "sshd.log", [program, "-D", "-e", "-f", str(folder / "sshd_config")], write_config)
    key = (folder / "host.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}")
    client = [ssh, "-F", os.devnull, "-p", str(port)]
    for option in ("IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=yes", "LogLevel=ERROR",
                   f"UserKnownHostsFile={folder}/known_hosts"):  # fmt: skip
        client += ["-o", option]
    return port, client


def logged_in(folder: Path, stack: ExitStack, client: list[str], name: str) -> list[str]:
    """The words of an ssh with this key, which shares one connection with all that have them."""
    client = [*client, "-i", str(folder / name), "-o", f"ControlPath={folder}/{name}.control"]
    shared = _run(stack, folder / f"{name}.log", *client, "-o", "ControlMaster=yes", "-N", LOGIN)
    if not _wait(shared, folder / f"{name}.log", socket.AF_UNIX, f"{folder}/{name}.control"):
        pytest.fail(f"ssh does not log in:\n{(folder / f'{name}.log').read_text()}{(folder / 'sshd.log').read_text()}")
    return client


def _ssh(folder: Path, stack: ExitStack) -> Server:
    """sshd with its own keys, and one connection that all pushes of the test run share."""
    (folder / "home").mkdir()
    keys(folder, "user")
    environment = " ".join(f"{name}={value}" for name, value in _SERVER_GIT.items())
    settings = f"AuthorizedKeysFile {folder}/user.pub\nSetEnv HOME={folder}/home {environment}"
    port, client = sshd(folder, stack, settings)
    client = logged_in(folder, stack, client, "user")
    return Server("ssh", f"ssh://{LOGIN}:{port}", {"GIT_SSH_COMMAND": " ".join(client)})


# --- http -------------------------------------------------------------------------------------------------------------

_NGINX = """\
{user}
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_authorization $realm {{ "" off; default git; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      auth_basic $realm;
      auth_basic_user_file {folder}/users;
      fastcgi_param REMOTE_USER $remote_user;
      fastcgi_pass unix:{folder}/fcgi;
      fastcgi_read_timeout 300s;
      fastcgi_param SCRIPT_FILENAME {backend};
      fastcgi_param PATH_INFO $uri;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param GIT_PROJECT_ROOT /;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH {path};
      fastcgi_param HOME {folder};
{environment}
    }}
  }}
}}
"""


def _http(folder: Path, stack: ExitStack) -> Server:
    """nginx, fcgiwrap and git-http-backend; a repository that takes pushes says http.receivepack=true.

    Whoever names himself needs a password, `secret` for ann and bob; who does not is let in as nobody.
    """
    nginx, fcgiwrap = need("nginx", "nginx"), need("fcgiwrap", "fcgiwrap")
    core = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True).stdout.strip()
    backend = need(f"{core}/git-http-backend", "git")
    log = folder / "fcgiwrap.log"
    process = _run(stack, log, fcgiwrap, "-f", "-c", "2", "-s", f"unix:{folder}/fcgi")
    if not _wait(process, log, socket.AF_UNIX, str(folder / "fcgi")):
        pytest.fail(f"fcgiwrap does not start:\n{log.read_text()}")

    (folder / "users").write_text("ann:{PLAIN}secret\nbob:{PLAIN}secret\n")

    def write_config(port: int) -> None:
        text = _NGINX.format(
            port=port,
            folder=folder,
            backend=backend,
            path=os.environ.get("PATH", os.defpath),
            user="user root;" if os.geteuid() == 0 else "",
            environment="\n".join(f"      fastcgi_param {name} {value};" for name, value in _SERVER_GIT.items()),
        )
        (folder / "nginx.conf").write_text(text)

    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    port = _on_free_port(stack, folder / "nginx.log", command, write_config)
    return Server("http", f"http://127.0.0.1:{port}")
