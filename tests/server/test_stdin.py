"""What git hands to the hook is not believed: false old values, refs named twice, bad lines among thousands."""

from __future__ import annotations

import hashlib
import re
import subprocess

import pytest
from scenarios import GOOD
from scene import MakeScene, Scene, chain_faults

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

ZERO = "0" * 40
THOUSANDS = 3_000
EMPTY_PACK = b"PACK" + (2).to_bytes(4) + (0).to_bytes(4)


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene) -> Scene:
    """The server has `main` and, as an object that no ref reaches, a good commit on top of it."""
    scene = make_scene(path_server)
    scene.commit(GOOD)
    scene.on_server("fetch", "-q", str(scene.clone), "main")
    scene.install(limits=(f"refs={2 * THOUSANDS}",))
    return scene


def _new(scene: Scene) -> str:
    return scene.run("rev-parse", "main")


def _hook(scene: Scene, stdin: bytes) -> tuple[int, str]:
    """Run the hook as git runs it: in the repository, GIT_DIR set, the lines on stdin. Its exit code and its words."""
    done = subprocess.run(
        [scene.hook], cwd=scene.bare, env={**scene.environment, "GIT_DIR": "."}, input=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert chain_faults(scene.log) == []
    return done.returncode, done.stdout.decode()


def _receive_pack(scene: Scene, *commands: str) -> str:
    """Speak the push protocol as no client of git would (gitprotocol-pack(5)); the server's answer."""
    first, *others = commands
    lines = [f"{first}\0report-status", *others]
    packets = b"".join(b"%04x" % (len(line) + 5) + line.encode() + b"\n" for line in lines)
    pack = EMPTY_PACK + hashlib.sha1(EMPTY_PACK).digest()
    done = subprocess.run(
        ["git", "receive-pack", scene.bare], env=scene.environment, input=packets + b"0000" + pack, capture_output=True
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def test_false_old_over_the_protocol(scene: Scene) -> None:
    """git itself would refuse `main` and still take the other ref."""
    before, false = scene.refs(), scene.run("rev-parse", "main~2")
    command = (f"{false} {_new(scene)} refs/heads/main", f"{ZERO} {_new(scene)} refs/heads/topic")
    answer = _receive_pack(scene, *command)
    assert scene.refs() == before
    assert "error[push-integrity] refs/heads/main: the push says that the ref was" in answer
    scene.hook.unlink()
    _receive_pack(scene, *command)
    assert scene.refs() == {**before, "refs/heads/topic": _new(scene)}, "what git does without the hook"


def test_false_old_cannot_hide_a_forced_update(scene: Scene) -> None:
    """The old value that the client names is an ancestor of the new one; the one that the repository holds is not."""
    old, fork = scene.run("rev-parse", "main~1"), scene.run("rev-parse", "main~2")
    assert scene.refs()["refs/heads/main"] == old
    status, text = _hook(scene, f"{fork} {fork} refs/heads/main\n".encode())
    assert status == 1
    assert "error[push-integrity]" in text
    assert "error[no-force-push]" in text


def test_ref_named_twice_over_the_protocol(scene: Scene) -> None:
    before, old = scene.refs(), scene.refs()["refs/heads/main"]
    answer = _receive_pack(scene, f"{old} {ZERO} refs/heads/main", f"{ZERO} {_new(scene)} refs/heads/main")
    assert scene.refs() == before
    assert "names this ref more than once" in answer


@pytest.mark.parametrize("second", ["refs/heads/topic", "refs/heads/main"])
def test_ref_named_twice_among_thousands(scene: Scene, second: str) -> None:
    new = _new(scene)
    lines = [f"{ZERO} {new} refs/heads/topic/{number}\n" for number in range(THOUSANDS)]
    twice = f"{ZERO} {new} {second}\n"
    lines[7], lines[-5] = twice, twice
    status, text = _hook(scene, "".join(lines).encode())
    assert status == 1
    assert f"error[push-integrity] {second}: the push names this ref more than once" in text


@pytest.mark.parametrize(
    "line",
    [
        "",
        "main",
        "{zero} {new}",
        "{zero} {new} ",
        "{zero} {new} main",
        "{zero}  {new} refs/heads/x",
        "{zero} {short} refs/heads/x",
        "{zero} {upper} refs/heads/x",
        "{zero} {long} refs/heads/x",
        "{zero}\t{new}\trefs/heads/x",
    ],
)
def test_malformed_line_among_thousands(scene: Scene, line: str) -> None:
    """No line is passed over, and no line after it is believed either."""
    new = _new(scene)
    lines = [f"{ZERO} {new} refs/heads/topic/{number}\n" for number in range(THOUSANDS)]
    values = {"zero": ZERO, "new": new, "short": new[:39], "upper": new.upper(), "long": new + "0" * 24}
    lines[2_344] = line.format(**values) + "\n"
    status, text = _hook(scene, "".join(lines).encode())
    assert status == 3
    assert "line 2345 of the ref updates is malformed" in text


@pytest.mark.parametrize("stdin", ["", "\n", "{line}", "{line}\n{line2}"])
def test_cut_off_or_empty(scene: Scene, stdin: str) -> None:
    new = _new(scene)
    text = stdin.format(line=f"{ZERO} {new} refs/heads/x", line2=f"{ZERO} {new} refs/heads/y")
    assert _hook(scene, text.encode())[0] == 3


def test_bad_line_among_thousands(scene: Scene) -> None:
    """Well formed, and denied for what it does: the last of three thousand counts as much as the first."""
    new = _new(scene)
    lines = [f"{ZERO} {new} refs/heads/topic/{number}\n" for number in range(THOUSANDS)]
    for bad in (f"{ZERO} {new} refs/replace/{new}", f"{scene.refs()['refs/tags/v1.0']} {new} refs/tags/v1.0"):
        status, text = _hook(scene, "".join([*lines, f"{bad}\n"]).encode())
        assert status == 1
        assert bad.split(" ")[2] in text


def test_object_that_is_not_there(scene: Scene) -> None:
    status, text = _hook(scene, f"{ZERO} {'12' * 20} refs/heads/x\n".encode())
    assert status == 3
    assert re.search(r"undecided\[missing-object\] .*refs/heads/x", text)


def test_ref_name_that_is_not_utf8(scene: Scene) -> None:
    """The name is read and judged, byte for byte; nothing crashes, and nothing raw is printed."""
    status, text = _hook(scene, f"{ZERO} {_new(scene)} refs/heads/caf".encode() + b"\xe9\n")
    assert (status, "refs/heads/caf\\xe9" in text) == (0, True)
    status, text = _hook(scene, f"{ZERO} {_new(scene)} refs/foo/caf".encode() + b"\xe9\n")
    assert (status, "refs/foo/caf\\xe9" in text) == (1, True)
