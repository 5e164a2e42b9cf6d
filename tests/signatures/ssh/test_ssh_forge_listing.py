"""What forges list of a user's keys, in the shapes that they document."""

import json

import pytest
from sshmaking import Workshop

from gitward.errors import UsageError
from gitward.signatures.ssh import import_forge


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("forge"))


def test_github_and_gitlab_json(w):
    ann, bob, carol = (w.line(f"ed25519-{name}") for name in ("ann", "bob", "carol"))
    listed = [
        {"id": 1, "key": ann, "title": "laptop", "created_at": "2024-01-01T00:00:00Z"},
        {"id": 2, "key": f"{bob} bob@laptop", "usage_type": "auth_and_signing", "expires_at": "2030-01-01T00:00:00.000Z"},
        {"id": 3, "key": carol, "title": "deploy", "usage_type": "auth"},
        {"id": 4, "key": ann, "title": "again"},
        {"id": 5, "title": "nothing"},
        {"id": 6, "key": carol, "expires_at": "soon"},
        {"id": 7, "key": carol, "title": "a\u202eb", "usage_type": "signing"},
    ]
    found = import_forge(json.dumps(listed).encode(), "keys.json")
    assert [(key.key, key.title, key.valid_before, key.line, key.names) for key in found.keys] == [
        (ann, "laptop", None, 1, ()), (bob, "bob@laptop", 1893456000, 2, ()), (carol, "", None, 7, ()),
    ]  # fmt: skip
    assert found.notes == (
        "keys.json:3: not imported: the key is for logging in only (usage_type)",
        "keys.json:4: not imported: the same key stands in place 1",
        "keys.json:5: not imported: an entry without a key",
        "keys.json:6: not imported: its expires_at is no time with a zone",
    )


def test_a_key_a_line(w):
    ann, bob = w.line("ed25519-ann"), w.line("rsa-1024-bob")
    found = import_forge(f"{ann}\n\n{bob} bob@laptop\nssh-dss AAAAB3NzaC1kc3M=\n".encode(), "ann.keys")
    assert [(key.key, key.title, key.line) for key in found.keys] == [(ann, "", 1), (bob, "bob@laptop", 3)]
    assert found.notes == ("ann.keys:4: not imported: keys of type 'ssh-dss' do not count",)


def test_nothing_listed():
    assert import_forge(b"[]").keys == import_forge(b"").keys == ()


@pytest.mark.parametrize("data", [b'{"message": "Not Found"}', b"[", b"[" * 100_000, b"[1,]"])
def test_what_is_no_listing(data):
    with pytest.raises(UsageError, match=r"f: no "):
        import_forge(data, "f")


@pytest.mark.parametrize("data", [b"[1, null, [], {}]", b"<html>", b"\xff\xfe\n\0"])
def test_what_holds_no_key_is_noted(data):
    found = import_forge(data)
    assert found.keys == ()
    assert found.notes
