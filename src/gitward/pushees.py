"""Where a push was meant to go: the URL as somebody typed it, in one spelling.

Source: git-push(1), GIT URLS; git's own reader, connect.c. What cannot be told without the machine on which it was typed
stays as it is: the dots of `../x.git`, symbolic links, a home folder, `insteadOf`.
"""

from __future__ import annotations

import re

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)
_SCP = re.compile(r"(?:[^@:/]*@)?(\[[^\]/]+\]|[^:/\[\]]+):(.*)", re.DOTALL)
_PORTS = {"ssh": "22", "http": "80", "https": "443", "git": "9418"}
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_SLASHES = re.compile(r"/{2,}")


def normal(url: str) -> str:
    """One spelling of a repository's URL: without user, standard port, doubled and last slashes, and the ending `.git`.

    A path below the home folder of who receives (`host:x.git`) is not the same as one from the root (`ssh://host/x.git`).
    """
    scheme, host, port, path = _parts(url)
    path = _SLASHES.sub("/", path).rstrip("/").removesuffix(".git").rstrip("/")
    return f"{scheme}://{host}{':' if port else ''}{port}{path}" if scheme != "file" else f"file:{path}"


def is_whole(url: str) -> bool:
    """Whether a URL names the same place wherever it is typed: one with a host, or a path from the root, and a path."""
    scheme, host, _, path = _parts(url)
    return bool(path.strip("/")) and (path.startswith("/") if scheme == "file" else bool(host))


def path_of(url: str) -> str:
    """What the client tells the server to receive into: over ssh the path without its escapes."""
    if not _URL.fullmatch(url):
        found = _SCP.fullmatch(url)
        return found[2] if found else url
    scheme, _, _, path = _parts(url)
    if scheme == "ssh":
        raw = _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), path.encode("utf-8", "surrogateescape"))
        path = raw.decode("utf-8", "surrogateescape")
    return path[1:] if path.startswith("/~") else path


def _parts(url: str) -> tuple[str, str, str, str]:
    """Scheme, host, port where it is not the usual one, and path: `/~/x` for one below the home folder."""
    if found := _URL.fullmatch(url):
        scheme, authority, path = found[1].lower(), found[2].rpartition("@")[2].lower(), found[3]
        scheme = "ssh" if scheme in ("git+ssh", "ssh+git") else scheme
        host, port = _host(authority)
    elif found := _SCP.fullmatch(url):
        scheme, path = "ssh", found[2]
        inner = found[1].lower().strip("[]")
        host, port = _host(inner) if inner.count(":") == 1 else (found[1].lower(), "")
        path = path if path.startswith("/") else f"/{path}" if path.startswith("~") else f"/~/{path}"
    else:
        scheme, host, port, path = "file", "", "", url
    return scheme, host, "" if port == _PORTS.get(scheme) else port, path


def _host(authority: str) -> tuple[str, str]:
    """Host and port; an IPv6 address stands in brackets."""
    host, colon, port = authority.rpartition(":")
    return (host, port) if colon and "]" not in port else (authority, "")
