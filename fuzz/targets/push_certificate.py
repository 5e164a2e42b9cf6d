"""Push certificates, and the URL and the nonce that stand in them."""

from __future__ import annotations

from gitward.gitobject.pushcert import parse_push_certificate
from gitward.pushees import is_whole, normal, path_of
from gitward.pushing.nonce import issued
from gitward.refname import is_ref
from targets._ssh import blocks, must_be_one, must_be_ours

PAYLOAD = (
    b"certificate version 0.1\npusher Ann <ann@example.com> 1700000000 +0100\npushee ssh://git@example.com:22/x.git\n"
    b"nonce 1700000000-" + b"a" * 40 + b"\npush-option one=1\n\n" + b"1" * 40 + b" " + b"2" * 40 + b" refs/heads/main\n"
    + b"0" * 40 + b" " + b"3" * 40 + b" refs/tags/v1\n" + b"0" * 40 + b" " + b"3" * 40 + b" refs/tags/v2\n"
)  # fmt: skip
BLOCKS = blocks(PAYLOAD)


def seeds() -> list[bytes]:
    signed = [PAYLOAD + block + b"\n" for block in BLOCKS]
    urls = (b"ann@[::1]:~/x.git", b"https://example.com:443//x/", b"../x", b"git+ssh://a/%7Eb/c")
    return [*signed, *(signed[0].replace(b"ssh://git@example.com:22/x.git", url) for url in urls)]


def check(data: bytes) -> None:
    read = parse_push_certificate(data)
    assert read.signed.payload + read.signed.block == data
    assert len(read.malformed) < 200
    for url in (read.pushee, data[:1000].decode("utf-8", "surrogateescape")):
        normal(url)
        is_whole(url)
        path_of(url)
        issued(read.nonce, "secret", url, "/srv/git/x.git")
    if read.malformed:
        return
    lines = [f"pushee {read.pushee}", f"nonce {read.nonce}", *[f"push-option {option}" for option in read.options], ""]
    lines += [" ".join(command) for command in read.commands]
    written = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    assert read.signed.payload.split(b"\n", 2)[2] == written
    assert read.commands
    assert len({ref for _, _, ref in read.commands}) == len(read.commands)
    assert all(is_ref(ref) for _, _, ref in read.commands)
    must_be_one(read.signed.block)
    must_be_ours(read.signed, PAYLOAD, BLOCKS)
