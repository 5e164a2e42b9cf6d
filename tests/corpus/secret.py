"""Changes for the rules about secrets: `secret-files`, `secret-content`."""

from __future__ import annotations

import zlib

from items import GOOD, Draft, Table, holding

ZONE = "secrets"
GONE = Draft(GOOD.encode(), ("~",))  # with an empty tree: takes away what the commit before it brought

names = Table("secret-files")
names.reject("key", holding("id_rsa"), zone=ZONE)
names.reject("deep", holding("a/b/c/id_ed25519"), zone=ZONE)
names.reject("capitals", holding("certs/SERVER.PEM"), zone=ZONE)
names.reject("environment", holding(("app/.env", "")), zone=ZONE)
names.reject("of-a-stage", holding(".env.production"), zone=ZONE)
names.reject("among-others", holding("README", "a/x.c", "a/.netrc", "b/y.c"), zone=ZONE)
names.reject("executable", holding((".git-credentials", "x", "100755")), zone=ZONE)
names.reject("denied", holding("pump.key"), zone=ZONE)
names.reject("not-the-folder", holding("src/tests/server.pem"), zone=ZONE)
names.reject("not-utf-8", holding(b"\xff\xfe/.env"), zone=ZONE)
names.reject("quotes-and-tab", holding('a "b"\tc/.env'), zone=ZONE)
names.reject("line-feed", holding("a\nb/.env"), zone=ZONE)
names.reject("taken-away-again", holding(".env"), GONE, zone=ZONE)
names.reject("several", holding(".env", "id_rsa", "x.pem"), zone=ZONE)
names.accept("public", holding("id_rsa.pub"), zone=ZONE)
names.accept("sample", holding(".env.example", "app/.env.production.sample"), zone=ZONE)
names.accept("folder-of-that-name", holding(".env/bin/activate", "id_rsa/README"), zone=ZONE)
names.accept("allowed", holding("tests/server.pem", "tests/a/id_rsa"), zone=ZONE)
names.accept("link", holding((".env", "../.env", "120000")), zone=ZONE)
names.accept("submodule", holding((".env", "base", "160000")), zone=ZONE)
names.accept("certificates", holding("ca-bundle.pem"), zone=ZONE)
names.accept("similar", holding("environment", "my_id_rsa", "pem", "x.pem.md", ".envrc"), zone=ZONE)
names.accept("nothing", Draft(GOOD.encode()), zone=ZONE)
names.accept("ordinary", holding("README", "src/a.c", "src/b/c.py"), zone=ZONE)
names.accept("elsewhere", holding(".env", "id_rsa"), zone="case")

# made here, so that nobody's scanner takes them for a leak: none of them is or was a secret
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY = "q7Zk3vX9mB2nT8wR5yL1cJ4hF6gD0s"


def _github(body: str) -> str:
    number, end = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        end = _BASE62[digit] + end
    return f"gh{'p'}_{body}{end.rjust(6, '0')}"


TOKEN, NPM = _github(_BODY), "np" + "m_" + _BODY + "uE3xKa"
KEY = "\n".join(["-----BEGIN PRIVATE " + "KEY-----", "M" + _BODY + _BODY[::-1] + "A/+", "-----END PRIVATE " + "KEY-----", ""])
LOG_IN = "https://svc:" + "Kx7-q9Zt2w" + "@10.1.2.3/x"

content = Table("secret-content")
content.reject("token", holding(("a.py", f"x = 1\nTOKEN = '{TOKEN}'\n")), zone=ZONE)
content.reject("no-line-feed", holding(("a.py", TOKEN)), zone=ZONE)
content.reject("crlf", holding(("a.ini", f"[a]\r\ntoken={NPM}\r\n")), zone=ZONE)
content.reject("among-others", holding("README", ("a/b/c.yaml", f"a: b\ntoken: {NPM}\n"), "z.c"), zone=ZONE)
content.reject("two-in-a-line", holding(("a", f"{TOKEN} {NPM}\n")), zone=ZONE)
content.reject("key", holding(("notes", f"here:\n{KEY}")), zone=ZONE)
content.reject("key-in-a-string", holding(("a.json", f'"{KEY}"'.replace("\n", "\\n"))), zone=ZONE)
content.reject("password", holding(("fetch.sh", f"git fetch {LOG_IN}\n")), zone=ZONE)
content.reject("binary", holding(("a.bin", b"\0\xff\x01" + TOKEN.encode() + b"\0\n\0")), zone=ZONE)
content.reject("link", holding(("a", f"../{TOKEN}", "120000")), zone=ZONE)
content.reject("path", holding(f"keys/{TOKEN}.txt"), zone=ZONE)
content.reject("not-utf-8", holding((b"\xff\n\t", TOKEN)), zone=ZONE)
content.reject("taken-away-again", holding(("a", TOKEN)), GONE, zone=ZONE)
content.reject("below-many-lines", holding(("a", "x = 1;\n" * 5_000 + TOKEN)), zone=ZONE)
content.reject("marked-as-none", holding(("a", f"{TOKEN} # gitleaks:allow, pragma: allowlist secret\n")), zone=ZONE)
content.accept("variable", holding(("a.py", "TOKEN = os.environ['TOKEN']\n")), zone=ZONE)
content.accept("placeholder", holding(("a.py", "TOKEN = 'gh" + "p_" + "x" * 36 + "'\n")), zone=ZONE)
content.accept("wrong-checksum", holding(("a.py", TOKEN[:-1] + ("1" if TOKEN[-1] == "0" else "0"))), zone=ZONE)
content.accept("cut-off", holding(("a.py", NPM[:-1])), zone=ZONE)
content.accept("header-of-a-key", holding(("a.c", KEY.split("\n")[0] + "\n")), zone=ZONE)
content.accept("example-host", holding(("a.sh", "git fetch https://ann:h7Kd92jsPq@git.example.com/x\n")), zone=ZONE)
content.accept("allowed", holding(("tests/a.py", TOKEN), ("tests/b/key", KEY)), zone=ZONE)
content.accept("empty", holding(("a", "")), zone=ZONE)
content.accept("binary-without", holding(("a.bin", bytes(range(256)) * 40)), zone=ZONE)
content.accept("submodule", holding(("sub", "base", "160000")), zone=ZONE)
content.accept("lfs", holding(("a.iso", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0a1b" * 16)), zone=ZONE)
content.accept("elsewhere", holding(("a.py", TOKEN)), zone="case")

TABLES = (names, content)
