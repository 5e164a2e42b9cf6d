"""Signed notes and their keys: the examples of C2SP signed-note and of golang.org/x/mod, and what is no note."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.errors import GitwardError
from gitward.tlog import note
from gitward.tlog.note import PrivateKey, PublicKey, Signature
from soaking import examples

# the key and the note of C2SP signed-note.md, "Example"
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SAID = ("This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n")  # fmt: skip
# keys and signatures of golang.org/x/mod, sumdb/note (the text is Peter Neumann's)
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

ANN, BOB = PrivateKey(name="example.com/ann", seed=b"a" * 32), PrivateKey(name="example.com/bob", seed=b"b" * 32)


def opened(text, *keys):
    return note.verified(note.read(text.encode() if isinstance(text, str) else text), map(note.public_key, keys))


def line_of(key, raw):
    return f"— {key.name} {base64.b64encode(key.hint + raw).decode()}\n"


def test_the_example_of_the_document():
    assert opened(SAID, FOO) == (note.public_key(FOO),)
    with pytest.raises(GitwardError, match="does not fit"):
        opened(SAID.replace("an example", "my example"), FOO)


def test_the_examples_of_go():
    peter, enoch = note.public_key(PETER), note.public_key(ENOCH)
    both = f"{TEXT}\n{BY_PETER}{BY_ENOCH}"
    assert note.read(both.encode()).text == TEXT
    assert opened(both, PETER) == (peter,)
    assert opened(both, ENOCH, PETER) == (enoch, peter)
    assert opened(both) == ()
    assert note.signed(TEXT, note.private_key(PETER_SECRET)) == f"{TEXT}\n{BY_PETER}"
    assert note.text_of(note.read(both.encode())) == both


@pytest.mark.parametrize("key", [PETER, FOO])
def test_every_piece_and_every_change_of_a_key_is_refused(key):
    """As golang.org/x/mod's TestNewVerifier does it."""
    assert str(note.public_key(key)) == key
    pieces = {key[start:end] for start in range(len(key)) for end in range(start + 1, len(key) + 1)} - {key}
    changes = {key[:place] + chr(ord(key[place]) + 1) + key[place + 1 :] for place in range(len(key))}
    for bad in pieces | changes:
        with pytest.raises(GitwardError):
            note.public_key(bad)


def test_a_private_key_is_read_whole_or_not_at_all():
    assert note.private_key(PETER_SECRET).text() == PETER_SECRET
    assert str(note.private_key(PETER_SECRET).public) == PETER
    for bad in (PETER_SECRET[:-1], PETER_SECRET[1:], PETER_SECRET.replace("Peter", "Pater"), PETER, "PRIVATE+KEY+a", "",
                "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFy"):  # fmt: skip
        with pytest.raises(GitwardError):
            note.private_key(bad)


@pytest.mark.parametrize("key", [
    "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, with a hash that fits
    "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # an unknown algorithm, with a hash that fits
    PETER.replace("c74f20a3", "C74F20A3"), PETER.replace("c74f20a3", "0c74f20a3"),
])  # fmt: skip
def test_other_keys_are_refused(key):
    with pytest.raises(GitwardError):
        note.public_key(key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "a\u0085b", "a\u202eb", "a\u3000"])
def test_names_that_no_key_of_ours_has(name):
    with pytest.raises(GitwardError):
        note.new_key(name)


@pytest.mark.parametrize("bad", [
    "", "\n", "\n\n", TEXT, f"{TEXT}\n", f"{TEXT}{BY_PETER}", f"{TEXT}\n{BY_PETER[:-1]}", f"\1{TEXT}\n{BY_PETER}",
    f"{TEXT}\n{BY_PETER}Unexpected line.\n", f"{TEXT}\n{BY_PETER}\n", f"{TEXT}\n\t{BY_PETER}", f"{TEXT}\r\n\n{BY_PETER}",
    f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'Bad Name')}", f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'Bad+Name')}",
    f"{TEXT}\n— Bad\u2003Name x08go/ZJkuA=\n", f"{TEXT}\n{BY_PETER.replace('PeterNeumann ', ' ')}",
    f"{TEXT}\n{BY_PETER.replace('—', '-')}", f"{TEXT}\n{BY_PETER.replace('— ', '—')}", f"{TEXT}\n{BY_PETER.replace('=', '')}",
    f"{TEXT}\n— PeterNeumann x08gow==\n", f"{TEXT}\n— PeterNeumann \n", f"{TEXT}\n— PeterNeumann\n",
    f"{TEXT}\n{BY_PETER.replace('AM=', 'AN=')}",  # a bit of base 64 that says nothing
    f"{TEXT}\n{BY_PETER.replace('AM=', 'AM= ')}", f"{TEXT}\n{BY_PETER.replace('/', '_')}",
])  # fmt: skip
def test_what_is_no_note(bad):
    with pytest.raises(GitwardError):
        note.read(bad.encode())


def test_bytes_that_are_no_text_are_no_note():
    for bad in (b"\xff", b"\xed\xa0\x80", b"\xc0\x80"):
        with pytest.raises(GitwardError, match="UTF-8"):
            note.read(bad + f"{TEXT}\n{BY_PETER}".encode())
    assert opened(f"\x7f \u202e {TEXT}\n{BY_ENOCH}", PETER) == ()  # ugly, and within the document


def test_the_last_empty_line_parts_text_and_signatures():
    text = f"first\n\nsecond\n\n\n{TEXT}\n"
    signed = note.signed(text, ANN)
    assert note.read(signed.encode()).text == text
    assert opened(signed, str(ANN.public)) == (ANN.public,)
    assert note.read(f"\n\n{BY_PETER}".encode()).text == "\n"


@pytest.mark.parametrize("text", ["", "no line feed", "tab\t\n", "nul\0\n", "return\r\n", "half \ud800\n"])
def test_no_other_text_is_signed(text):
    with pytest.raises(GitwardError):
        note.signed(text, ANN)


def test_lines_of_unknown_keys_are_passed_over():
    """The same name with another hash, the same hash with another name, another algorithm, names that do not print."""
    ours, raw = ANN.public, bytes(64)
    other = PublicKey(name=ours.name, raw=BOB.public.raw)
    strange = (
        line_of(other, raw),
        line_of(ours, raw).replace(ours.name, "example.com/else"),
        f"— example.com/\u202ewitness {base64.b64encode(bytes(5)).decode()}\n",
        f"— example.com/large {base64.b64encode(bytes(5000)).decode()}\n",
    )
    head, good = note.signed(TEXT, ANN).rsplit("\n\n", 1)
    assert opened(f"{head}\n\n{''.join(strange)}{good}", str(ours)) == (ours,)
    assert opened(f"{head}\n\n{''.join(strange)}", str(ours)) == ()


def test_every_line_that_claims_a_known_key_is_verified():
    """golang.org/x/mod looks at the first line of a key only; the document wants each verified, and so do we."""
    head, good = note.signed(TEXT, ANN).rsplit("\n\n", 1)
    bad = line_of(ANN.public, bytes(64))
    assert opened(f"{head}\n\n{good}{good}", str(ANN.public)) == (ANN.public,)
    for lines in (bad, good + bad, bad + good, good * 3 + bad):
        with pytest.raises(GitwardError, match="does not fit"):
            opened(f"{head}\n\n{lines}", str(ANN.public))
    assert opened(f"{head}\n\n{good}{bad}", str(BOB.public)) == ()


def test_a_key_counts_once_however_often_it_is_named():
    signed = note.signed(TEXT, ANN, ANN, BOB)
    assert opened(signed, *[str(ANN.public)] * 3) == (ANN.public,)
    assert opened(signed, str(ANN.public), str(BOB.public)) == (ANN.public, BOB.public)


def test_two_known_keys_that_no_line_tells_apart(monkeypatch):
    """A collision of 32 bits is made in an hour; here the hash is set by hand."""
    monkeypatch.setattr(PublicKey, "hint", property(lambda key: b"same"))
    one, two = ANN.public, PublicKey(name=ANN.name, raw=BOB.public.raw)
    found = note.read(note.signed(TEXT, ANN).encode())
    with pytest.raises(GitwardError, match="same hash"):
        note.verified(found, [one, two])
    assert note.verified(found, [one]) == (one,)
    with pytest.raises(GitwardError, match="does not fit"):
        note.verified(found, [two])
    assert note.verified(found, [one, BOB.public]) == (one,)  # the hash alone is no key


@pytest.mark.parametrize("count", [16, 100])
def test_many_signatures_are_read(count):
    keys = [PrivateKey(name=f"example.com/{n}", seed=bytes([n]) * 32) for n in range(count)]
    signed = note.signed(TEXT, *keys)
    assert len(note.read(signed.encode()).signatures) == count
    assert opened(signed, str(keys[-1].public)) == (keys[-1].public,)


def test_limits():
    with pytest.raises(GitwardError, match="100 signature lines"):
        note.read(f"{TEXT}\n{BY_PETER * 101}".encode())
    head, good = "x" * 79 + "\n", note.signed("x\n", ANN).rsplit("\n\n", 1)[1]
    whole = f"{head * (note.MAXIMUM // 80 - 2)}\n{good}".encode()
    assert len(note.read(whole).signatures) == 1
    with pytest.raises(GitwardError, match="longer than"):
        note.read(b"x" * (note.MAXIMUM - len(whole) + 1) + whole)
    for shape in (b"\n" * note.MAXIMUM, b"\xe2\x80\x94 a \n" * 20_000, b"a\n\n" * 300_000):  # linear, and refused
        with pytest.raises(GitwardError):
            note.read(shape)


@settings(max_examples=examples(30), deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60), st.integers(0))
def test_any_text_is_signed_and_any_changed_byte_shows(text, where):
    signed = note.signed(f"{text}\n", ANN, BOB).encode()
    keys = (ANN.public, BOB.public)
    assert note.verified(note.read(signed), keys) == keys
    changed = bytearray(signed)
    changed[where % len(signed)] ^= 1 << where % 7
    try:
        assert note.verified(note.read(bytes(changed)), keys) != keys
    except GitwardError:
        pass


@settings(max_examples=examples(30), deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_refused(data):
    try:
        assert note.text_of(note.read(data)).encode() == data
    except GitwardError:
        pass


@settings(max_examples=examples(30), deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_key_or_refused(text):
    for read, written in ((note.public_key, str), (note.private_key, PrivateKey.text)):
        try:
            assert written(read(text)) == text.strip()
        except GitwardError:
            pass


def test_a_signature_that_is_no_64_bytes_does_not_verify():
    for raw in (b"", b"x", bytes(63), bytes(65), bytes(4000)):
        assert not note.verifies(ANN.public, b"", raw)
    assert note.verifies(ANN.public, b"", ANN.sign(b""))
    assert not note.verifies(PublicKey(name="x", raw=b"\xff" * 32), b"", bytes(64))
    assert Signature(name="x", hint=b"1234", raw=b"5").hint == b"1234"
