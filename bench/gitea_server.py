"""A Gitea or Forgejo on loopback, in a folder of its own: three users, their keys, its API, and how a client's git reaches it.

ssh is OpenSSH's sshd with the authorized_keys that Gitea writes, and every variable let in (`AcceptEnv *`), which is the worst
that a host can do; or Gitea's built-in ssh server.
"""

from __future__ import annotations

import base64
import getpass
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import keys, sshd

USERS = ("dan", "ann", "bob")  # in this order, so their ids are 1, 2, 3; dan is the administrator
WORD = "a word of ten"
_INI = """\
APP_NAME = bench
RUN_MODE = prod
RUN_USER = {user}
WORK_PATH = {folder}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
{static}
OFFLINE_MODE = true
SSH_DOMAIN = 127.0.0.1
SSH_PORT = {ssh_port}
SSH_LISTEN_HOST = 127.0.0.1
SSH_ROOT_PATH = {folder}/ssh
START_SSH_SERVER = {builtin}
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
[repository]
ROOT = {folder}/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
INTERNAL_TOKEN = {token}
[git]
HOME_PATH = {folder}/home
[service]
DISABLE_REGISTRATION = true
[actions]
ENABLED = false
[log]
ROOT_PATH = {folder}/log
MODE = file
LEVEL = warn
[cron]
ENABLED = false
[cron.update_checker]
ENABLED = false
[picture]
DISABLE_GRAVATAR = true
[migrations]
ALLOW_LOCALNETWORKS = true
"""


@dataclass
class Gitea:
    """A server that was set up in `folder`; what it starts ends with the stack."""

    binary: str
    static: str
    folder: Path
    stack: ExitStack
    port: int = 0
    ssh_port: int = 0
    client: str = ""
    token: str = ""
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def made(cls, binary: str, static: str, folder: Path, stack: ExitStack) -> Gitea:
        made = cls(binary, static, folder, stack, port=_free_port())
        for name in ("ssh", "home", "log", "client"):
            (folder / name).mkdir()
        (folder / "ssh").chmod(0o700)
        keys(folder / "client", *USERS, "deploy")
        made.token = made.run("generate", "secret", "INTERNAL_TOKEN").strip()
        made._write(builtin=False)
        made.run("--config", str(made.ini), "migrate")
        for user in USERS:
            made.create_user(user, admin=user == "dan")
        made.start()
        authorized = folder / "ssh" / "authorized_keys"
        made.ssh_port, words = sshd(folder / "ssh", stack, f"AuthorizedKeysFile {authorized}\nAcceptEnv *")
        made.client = " ".join(words)
        for user in USERS:
            made.api(user, "POST", "/user/keys", title=user, key=made.public(user))
        return made

    @property
    def ini(self) -> Path:
        return self.folder / "app.ini"

    def run(self, *arguments: str) -> str:
        done = subprocess.run([self.binary, *arguments], env=self._environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{self.binary} {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def version(self) -> str:
        return str(self.api("dan", "GET", "/version")["version"])

    def create_user(self, name: str, address: str = "", *, admin: bool = False) -> None:
        more = ("--admin",) if admin else ()
        self.run("--config", str(self.ini), "admin", "user", "create", "--username", name, "--password", WORD,
                 "--email", address or f"{name}@example.com", "--must-change-password=false", *more)  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "USER": getpass.getuser(),
                "GITEA_WORK_DIR": str(self.folder)}  # fmt: skip

    def _write(self, *, builtin: bool) -> None:
        static = f"STATIC_ROOT_PATH = {self.static}" if self.static else ""
        given = {"user": getpass.getuser(), "folder": self.folder, "port": self.port, "static": static, "token": self.token}
        self.ini.write_text(_INI.format(**given, ssh_port=self.ssh_port or 22, builtin=str(builtin).lower()))

    def start(self) -> None:
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen([self.binary, "--config", str(self.ini), "web"], env=self._environment(),
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)  # fmt: skip
        self.stack.callback(self.stop)
        self._wait(self.port)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    def restart_builtin(self) -> None:
        """The same server again, with its own ssh server on another port in place of sshd."""
        self.stop()
        self.ssh_port = _free_port()
        self._write(builtin=True)
        self.start()
        self._wait(self.ssh_port)
        self.client = (f"ssh -F /dev/null -p {self.ssh_port} -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR"
                       " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null")  # fmt: skip

    def _wait(self, port: int) -> None:
        deadline, log = time.monotonic() + 120, self.folder / "output"
        while self.process and self.process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        more = "".join(path.read_text(errors="replace") for path in (self.folder / "log").glob("*.log"))
        raise SystemExit(f"nothing listens on port {port}: {(log.read_text(errors='replace') + more)[-2000:]}")

    # --- clients -----------------------------------------------------------------------------------------------------

    def api(self, user: str, method: str, path: str, **body: Any) -> Any:
        """What the API answers; a refusal as {"status": code}."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", method=method)
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{WORD}".encode()).decode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, json.dumps(body).encode() if body else None) as answer:
                text = answer.read()
        except urllib.error.HTTPError as problem:
            return {"status": problem.code, "says": problem.read().decode(errors="replace")[:300]}
        return json.loads(text) if text else {}

    def public(self, name: str) -> str:
        return (self.folder / "client" / f"{name}.pub").read_text().strip()

    def http(self, repository: str, user: str, word: str = WORD) -> str:
        return f"http://{user}:{word.replace(' ', '%20')}@127.0.0.1:{self.port}/{repository}.git"

    def ssh(self, repository: str, user: str = "") -> str:
        return f"ssh://{user or getpass.getuser()}@127.0.0.1/{repository}.git"

    def with_key(self, name: str, *options: str) -> dict[str, str]:
        return {"GIT_SSH_COMMAND": " ".join((self.client, "-i", str(self.folder / "client" / name), *options))}

    def bare(self, repository: str) -> Path:
        return self.folder / "repositories" / f"{repository}.git"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
