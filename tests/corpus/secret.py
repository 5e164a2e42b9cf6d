"""Changes for the rules about secrets: `secret-files`."""

from __future__ import annotations

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

TABLES = (names,)
