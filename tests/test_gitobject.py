"""The canonical gate on real objects, with the verdict of `git fsck` on the same bytes beside ours."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from gitward.gitobject import LISTED_HEADERS, is_listed, parse_commit, parse_tag
from gitward.model import Commit, Ident

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Åsa",
    "GIT_AUTHOR_EMAIL": "asa@example.com",
    "GIT_AUTHOR_DATE": "1112911993 -0730",
    "GIT_COMMITTER_NAME": "Bob",
    "GIT_COMMITTER_EMAIL": "bob@example.com",
    "GIT_COMMITTER_DATE": "1112911994 +0545",
}
TREE = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the empty tree
OID = "a" * 40


def git(cwd: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    run = subprocess.run(["git", *arguments], input=stdin, capture_output=True, env=ENVIRONMENT, check=True, cwd=cwd)
    return run.stdout


def ident(name: str = "author", rest: str = "A <a@b> 1 +0000") -> bytes:
    return f"{name} {rest}\n".encode("utf-8", "surrogateescape")


A, C, T = ident(), ident("committer"), b"tree " + TREE + b"\n"
P = b"parent " + b"1" * 40 + b"\n"
SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n"


def author(rest: str) -> bytes:
    return T + ident(rest=rest) + C + b"\nx\n"


def extra(headers: bytes) -> bytes:
    return T + A + C + headers + b"\nx\n"


# name: (bytes, a part of our reason or '' where we take it, the message id of git's fsck or '')
COMMITS = {
    "plain": (T + A + C + b"\nx\n", "", ""),
    "no message": (T + A + C + b"\n", "", ""),
    "empty name and address": (author(" <> 1 +0000"), "", ""),
    "largest date": (author("A <a> 9223372036854775807 +0000"), "", ""),
    "date 0, zone -0000": (author("A <a> 0 -0000"), "", ""),
    "odd zone": (author("A <a> 1 -7259"), "", ""),
    "name that is no utf-8": (author("\udce9 <a> 1 +0000"), "", ""),
    "two mergetags": (extra(b"mergetag object x\n type commit\n" * 2), "", ""),
    "signed twice, for two hashes": (extra(b"gpgsig " + SIGNATURE + b"gpgsig-sha256 " + SIGNATURE), "", ""),
    "extra headers": (extra(b"HG:extra a\n b\nfoo\nchange-id z\nencoding UTF-8\nHG:extra c\n"), "", ""),
    # we take it, git does not: whether there is a name is for `ident` to judge
    "address alone": (author("<a@b> 1 +0000"), "", "missingNameBeforeEmail"),
    # git takes them, or only warns; we do not
    "NUL in the message": (T + A + C + b"\nx\0y\n", "NUL byte", "nulInCommit"),
    "two committers": (T + A + C + C + b"\nx\n", "committer header is repeated", ""),
    "late author": (extra(A), "author header is repeated or out of place", ""),
    "late parent": (extra(P), "parent header is repeated or out of place", ""),
    "late tree": (extra(T), "tree header is repeated or out of place", ""),
    "no empty line": (T + A + C + b"foo x\n", "no empty line", ""),
    "two gpgsig": (extra(b"gpgsig " + SIGNATURE + b"gpgsig " + SIGNATURE), "gpgsig header stands more than once", ""),
    "gpgsigfoo": (extra(b"gpgsigfoo " + SIGNATURE), "no such header in a commit: 'gpgsigfoo", ""),
    "two encodings": (extra(b"encoding UTF-8\nencoding latin1\n"), "encoding header stands more than once", ""),
    "empty encoding": (extra(b"encoding \n"), "encoding header is empty", ""),
    "empty gpgsig": (extra(b"gpgsig\n" + b" x\n"), "gpgsig header is empty", ""),
    "folded encoding": (extra(b"encoding UTF\n -8\n"), "encoding header has a continuation line", ""),
    "folded committer": (extra(b" more\n"), "committer header has a continuation line", ""),
    "two pairs of brackets": (author("Bob <evil@x> <ok@corp.com> 1 +0000"), "one pair of angle brackets", "badDate"),
    "minutes of the zone": (author("A <a> 1 +0060"), "zone is not +hhmm", ""),
    "date with a sign": (author("A <a> +5 +0000"), "not a plain number of seconds: '+5 +0000'", ""),
    "date with a space": (author("A <a>  5 +0000"), "not a plain number of seconds", ""),
    "upper-case oid": (b"tree " + TREE.upper() + b"\n" + A + C + b"\nx\n", "tree header holds no oid", ""),
    # nobody takes them
    "no tree": (A + C + b"\nx\n", "tree header is missing before 'author", "unparsable"),
    "nothing": (b"", "no empty line", "unparsable"),
    "empty header": (b"\n\nx\n", "tree header is missing", "unparsable"),
    "two trees": (T + T + A + C + b"\nx\n", "author header is missing before 'tree", "missingAuthor"),
    "short tree": (b"tree 4b825dc\n" + A + C + b"\nx\n", "tree header holds no oid", "unparsable"),
    "parent of the other hash": (T + b"parent " + b"1" * 64 + b"\n" + A + C + b"\nx\n", "parent header", "unparsable"),
    "two authors": (T + A + A + C + b"\nx\n", "committer header is missing before 'author", "multipleAuthors"),
    "no author": (T + C + b"\nx\n", "author header is missing before 'committer", "missingAuthor"),
    "no committer": (T + A + b"\nx\n", "committer header is missing", "missingCommitter"),
    "no brackets": (author("A 1 +0000"), "one pair of angle brackets", "missingEmail"),
    "two brackets open": (author("A <a<b> 1 +0000"), "one pair of angle brackets", "badEmail"),
    "bracket in the name": (author("A> <a> 1 +0000"), "one pair of angle brackets", "badName"),
    "brackets turned": (author("A >a< 1 +0000"), "one pair of angle brackets", "badName"),
    "no space before the address": (author("A<a> 1 +0000"), "no space before the address", "missingSpaceBeforeEmail"),
    "no space after the address": (author("A <a>x 1 +0000"), "not a plain number", "missingSpaceBeforeDate"),
    "date with a zero in front": (author("A <a> 01 +0000"), "not a plain number", "zeroPaddedDate"),
    "date of other digits": (author("A <a> ٣ +0000"), "not a plain number", "badDate"),
    "date too large": (author("A <a> 9223372036854775808 +0000"), "date is out of range", "badDateOverflow"),
    "date of many digits": (author(f"A <a> {'1' * 5000} +0000"), "date is out of range", "badDateOverflow"),
    "date below 0": (author("A <a> -1 +0000"), "not a plain number of seconds: '-1", "badDateOverflow"),
    "no date": (author("A <a>"), "not a plain number", "missingSpaceBeforeDate"),
    "long zone": (author("A <a> 1 +051800"), "zone is not +hhmm or -hhmm: '+051800'", "badTimezone"),
    "no zone": (author("A <a> 1"), "zone is not", "badDate"),
    "more after the zone": (author("A <a> 1 +0000 x"), "zone is not", "badTimezone"),
}
TAGGED = b"object " + TREE + b"\ntype tree\ntag v1\n"
HEAD = TAGGED + ident("tagger")
ARMOR = SIGNATURE.replace(b"\n ", b"\n")
TAGS = {
    "plain tag": (HEAD + b"\nx\n", "", ""),
    "signed tag": (HEAD + b"\nx\n" + ARMOR + b" \r\n\n", "", ""),
    "no tagger, as before git 0.99.9": (TAGGED + b"\nx\n", "tagger header is missing", "missingTaggerEntry"),
    "extra header": (HEAD + b"foo bar\n\nx\n", "no such header in a tag, or not there: 'foo bar'", ""),
    "two taggers": (HEAD + ident("tagger") + b"\nx\n", "no such header in a tag", ""),
    "odd kind": (HEAD.replace(b"type tree", b"type treex") + b"\nx\n", "no kind of object: 'treex'", "unparsable"),
    "no name": (HEAD.replace(b"v1", b"") + b"\nx\n", "tag header is empty", "badTagName"),
    "NUL in a tag": (HEAD + b"\nx\0\n", "NUL byte", ""),
    "no empty line in a tag": (HEAD, "no empty line", ""),
    "target of the other hash": (HEAD.replace(TREE, b"1" * 64) + b"\nx\n", "object header", "unparsable"),
    "two blocks": (HEAD + b"\nx\n" + ARMOR + ARMOR, "more than one signature block", ""),
    "two kinds": (HEAD + b"\n" + ARMOR.replace(b"PGP", b"SSH") + ARMOR, "more than one signature block", ""),
    "text after the block": (HEAD + b"\nx\n" + ARMOR + b"y\n", "text after the signature block", ""),
    "block without an end": (HEAD + b"\nx\n" + ARMOR[:40], "signature block has no end", ""),
    "end of another kind": (HEAD + b"\n" + ARMOR.replace(b"END PGP", b"END SSH"), "signature block has no end", ""),
}


@pytest.fixture(scope="module")
def fsck(tmp_path_factory: pytest.TempPathFactory) -> dict[bytes, str]:
    """What git's fsck calls each object above: oid -> message id, 'unparsable', or nothing."""
    root = tmp_path_factory.mktemp("objects")
    git(root, "init", "--quiet")
    git(root, "mktree")
    oids = {}
    for kind, cases in (("commit", COMMITS), ("tag", TAGS)):
        for raw, _, _ in cases.values():
            oids[raw] = git(root, "hash-object", "-t", kind, "-w", "--stdin", "--literally", stdin=raw).decode().strip()
    run = subprocess.run(["git", "fsck", "--no-dangling"], capture_output=True, env=ENVIRONMENT, cwd=root)
    output = run.stderr.decode()
    said = dict(re.findall(r"(?:error|warning) in (?:commit|tag) (\w+): (\w+):", output))
    lost = dict.fromkeys(re.findall(r"^error: (\w+): object could not be parsed", output, re.MULTILINE), "unparsable")
    return {raw: (lost | said).get(oid, "") for raw, oid in oids.items()}


@pytest.mark.parametrize("name", [*COMMITS, *TAGS])
def test_gate(name: str, fsck: dict[bytes, str]) -> None:
    raw, reason, theirs = (COMMITS | TAGS)[name]
    parsed = parse_commit(OID, raw) if name in COMMITS else parse_tag(OID, raw)
    assert reason in parsed.malformed if reason else parsed.malformed == ""
    assert parsed.raw == raw
    assert fsck[raw] == theirs


def test_oids_have_one_length() -> None:
    long = COMMITS["plain"][0].replace(TREE, b"b" * 64)
    assert parse_commit(None, long).malformed == ""
    assert parse_commit(None, long.replace(b"b", b"")).malformed.startswith("tree header holds no oid")
    assert parse_commit("a" * 64, long).malformed == ""
    assert parse_commit(OID, long).malformed.startswith("tree header holds no oid of 40 hex digits")
    assert parse_commit("a" * 64, COMMITS["plain"][0]).tree is None


def test_what_a_malformed_commit_still_shows() -> None:
    parsed = parse_commit(OID, T + P + b"parent x\n" + A + A + C + b"\nsubject\n")
    assert (parsed.tree, parsed.parents, parsed.message.subject) == (TREE.decode(), ("1" * 40,), "subject")
    assert parsed.author == Ident(name="A", email="a@b", time=1, offset=0)
    assert parsed.committer is None


def test_listed_headers() -> None:
    for name in ("change-id", "gitbutler-headers-version", "HG:extra", "HG:rename", "kilnhgcopies"):
        assert is_listed(name)
    for name in ("Change-Id", "change-id2", "gitbutler", "hg:extra", "xHG:extra", "foo", ""):
        assert not is_listed(name)
        assert is_listed(name, (*LISTED_HEADERS, name))


def test_extra_headers_in_order() -> None:
    parsed = parse_commit(OID, COMMITS["extra headers"][0])
    assert parsed.headers == ("HG:extra", "foo", "change-id", "HG:extra")


# --- what git writes itself ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp(request.param)
    git(path, "init", "--quiet", "--initial-branch=main", f"--object-format={request.param}")
    return path


def read(root: Path, name: str) -> tuple[str, bytes]:
    kind = git(root, "cat-file", "-t", name).decode().strip()
    return git(root, "rev-parse", name).decode().strip(), git(root, "cat-file", kind, name)


def commit(root: Path, *arguments: str, text: str = "subject\n") -> Commit:
    git(root, "-c", "gc.auto=0", *arguments, "--allow-empty", "--allow-empty-message", "-F", "-", stdin=text.encode())
    return parse_commit(*read(root, "HEAD"))


def test_commits_and_tags_of_git(root: Path) -> None:
    first = commit(root, "commit", text="subject\n\nbody\n\nRefs: X-1\n")
    assert (first.malformed, first.parents, first.merge, first.headers) == ("", (), False, ())
    assert first.author == Ident(name="Åsa", email="asa@example.com", time=1112911993, offset=-450)
    assert first.committer == Ident(name="Bob", email="bob@example.com", time=1112911994, offset=345)
    assert first.message.trailers[0].value == "X-1"
    silent = commit(root, "commit", text="")
    assert (silent.malformed, silent.message.raw, silent.parents) == ("", b"", (first.oid,))
    git(root, "checkout", "--quiet", "-b", "side", str(first.oid))
    side = commit(root, "commit", text="side\n")
    git(root, "tag", "-a", "v0", "-m", "release\n\nRefs: X-2")
    plain = parse_tag(*read(root, "v0"))
    signed = git(root, "mktag", stdin=plain.raw.replace(b"tag v0", b"tag v1") + ARMOR).decode().strip()
    git(root, "update-ref", "refs/tags/v1", signed)
    tag = parse_tag(*read(root, "v1"))
    assert (tag.malformed, tag.name, tag.target, tag.target_type) == ("", "v1", side.oid, "commit")
    assert (tag.tagger, tag.message, tag.has_signature) == (first.committer, plain.message, True)
    assert (plain.malformed, plain.has_signature, plain.message.trailers[0].value) == ("", False, "X-2")
    git(root, "checkout", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "-m", "Merge tag 'v1'", "v1")
    merge = parse_commit(*read(root, "HEAD"))
    assert b"\nmergetag object " in merge.raw
    assert (merge.malformed, merge.parents, merge.merge) == ("", (silent.oid, side.oid), True)
    git(root, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--allow-empty", "-F", "-", stdin=b"caf\xe9")
    latin = parse_commit(*read(root, "HEAD"))
    assert (latin.malformed, latin.message.subject, latin.message.problem) == ("", "café", "")


def test_an_ident_is_read_in_the_encoding_of_the_commit() -> None:
    raw = T + "author Åsa <å@b> 1 +0000\n".encode("latin1") + C + b"encoding ISO-8859-1\n\nx\n"
    assert parse_commit(OID, raw).author == Ident(name="Åsa", email="å@b", time=1, offset=0)


@pytest.mark.parametrize("kind", [b"PGP SIGNATURE", b"PGP MESSAGE", b"SSH SIGNATURE", b"SIGNED MESSAGE"])
def test_a_tag_is_split_at_its_signature(kind: bytes) -> None:
    armor = ARMOR.replace(b"PGP SIGNATURE", kind)
    parsed = parse_tag(OID, HEAD + b"\nsubject\n\nK: v\n" + armor)
    assert (parsed.malformed, parsed.has_signature, parsed.message.raw) == ("", True, b"subject\n\nK: v\n")
    quoted = parse_tag(OID, HEAD + b"\nsubject\n> " + armor)
    assert (quoted.malformed, quoted.has_signature) == ("", False)
    assert parse_tag(OID, HEAD + b"\nx\n" + armor + armor).message.raw == b"x\n" + armor
