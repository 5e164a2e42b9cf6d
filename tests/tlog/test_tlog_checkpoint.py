"""Checkpoints: real ones, the examples of C2SP tlog-checkpoint, and what is none."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.errors import GitwardError
from gitward.tlog import checkpoint, note
from gitward.tlog.checkpoint import Checkpoint
from gitward.tlog.note import PrivateKey
from soaking import examples

ANN = PrivateKey(name="git.example.com/log", seed=b"a" * 32)
ROOT = base64.b64encode(bytes(range(32))).decode()
# the example of C2SP tlog-checkpoint.md (its key is not published)
PUBLISHED = ("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
             "— example.com/behind-the-sofa "
             "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n")  # fmt: skip
# a checkpoint of the Go checksum database, from the tests of filippo.io/torchwood, and the key that the go command has built in
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO = ("go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n— sum.golang.org "
      "Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n")  # fmt: skip


def signed(text):
    return note.signed(text, ANN).encode()


def test_the_published_ones():
    found = checkpoint.read(PUBLISHED.encode())
    assert (found.origin, found.size, found.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert found.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert found.note.signatures[0].hint.hex() == "033de0ae"
    go, key = checkpoint.read(GO.encode()), note.public_key(GO_KEY)
    assert (go.origin, go.size) == ("go.sum database tree", 35225469)
    assert note.verified(go.note, [key]) == (key,)
    with pytest.raises(GitwardError, match="does not fit"):
        note.verified(checkpoint.read(GO.replace("35225469", "35225470").encode()).note, [key])


@pytest.mark.parametrize("text", [
    f"o\n0\n{ROOT}\n", f"o\n1\n{ROOT}\n", f"an origin with spaces + plus\n12\n{ROOT}\n", f"o\n9223372036854775807\n{ROOT}\n",
    f"o\n7\n{ROOT}\nan extension\n", f"o\n7\n{ROOT}\n6086d1a9\nWaxing gibbous\n — \n",
])  # fmt: skip
def test_what_is_one(text):
    found = checkpoint.read(signed(text))
    assert found.text() == text
    assert found.root == bytes(range(32))
    assert len(found.extensions) == text.count("\n") - 3


@pytest.mark.parametrize("text", [
    "\n", "o\n", "o\n9944\n", f"\n9944\n{ROOT}\n", f"o\n\n{ROOT}\n", "o\n12\n\n", f"o\nbananas\n{ROOT}\n", f"o\n-34\n{ROOT}\n",
    f"o\n3438945738945739845734895735\n{ROOT}\n", f"o\n9223372036854775808\n{ROOT}\n", f"o\n+1\n{ROOT}\n", f"o\n01\n{ROOT}\n",
    f"o\n00\n{ROOT}\n", f"o\n1 \n{ROOT}\n", f"o\n٣\n{ROOT}\n", f"o\n1_0\n{ROOT}\n", "o\n123\nThisIsn'tBase64\n",
    "o\n123\nYmFuYW5hcw==\n", f"o\n1\n{ROOT} \n", f"o\n1\n{ROOT.rstrip('=')}\n", f"o\n1\n{ROOT.replace('8=', '9=')}\n",
    f"o\n1\n{ROOT}\n\n", f"o\n1\n{ROOT}\n\n\n", f"o\n1\n{ROOT}\nmore\n\n", f"o\n1\n{ROOT}\n\nmore\n", f"\no\n1\n{ROOT}\n",
])  # fmt: skip
def test_what_is_none(text):
    with pytest.raises(GitwardError, match="checkpoint"):
        checkpoint.read(signed(text))


def test_a_checkpoint_carries_signatures_and_has_a_limit():
    with pytest.raises(GitwardError):
        checkpoint.read(f"o\n1\n{ROOT}\n".encode())
    with pytest.raises(GitwardError, match="longer"):
        checkpoint.read(signed(f"o\n1\n{ROOT}\n{'x' * checkpoint.MAXIMUM}\n"))


@settings(max_examples=examples(30), deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1), st.integers(0, checkpoint.MAXIMUM_SIZE),
       st.binary(min_size=32, max_size=32))  # fmt: skip
def test_what_is_written_is_read(origin, size, root):
    written = Checkpoint(origin=origin, size=size, root=root)
    found = checkpoint.read(signed(written.text()))
    assert (found.origin, found.size, found.root) == (origin, size, root)
    assert note.verified(found.note, [ANN.public]) == (ANN.public,)


def test_every_changed_byte_shows():
    whole = signed(f"git.example.com/log\n12\n{ROOT}\n")
    for place in range(len(whole)):
        for bit in range(8):
            changed = whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
            try:
                assert note.verified(checkpoint.read(changed).note, [ANN.public]) == ()
            except GitwardError:
                pass
