"""Pushes that a server must judge right. Each prepares the clone and yields the words of one push after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scene import Scene

    Pushes = Iterator[list[str]]

GOOD = "fix: PROJ-12 handle UTF-8 in paths\n"
MANY = 500


def _raw_commit(scene: Scene, message: bytes, **headers: str) -> str:
    """A commit on top of main with just these bytes as its message; `headers` stand in place of those of that name."""
    lines = scene.run("cat-file", "commit", "HEAD").partition("\n\n")[0].split("\n")
    head = [lines[0], "parent " + scene.run("rev-parse", "HEAD"), *lines[-2:]]
    text = "\n".join(headers.get(line.partition(" ")[0], line) for line in head)
    return scene.raw_object("commit", text.encode() + b"\n\n" + message)


def good_commit(scene: Scene) -> Pushes:
    scene.commit(GOOD)
    yield ["main"]


def no_ticket(scene: Scene) -> Pushes:
    scene.commit("fix: handle UTF-8 in paths\n\nFile names in other encodings stopped the walk.\n")
    yield ["main"]


def bad_subject(scene: Scene) -> Pushes:
    """One of three commits, so that the fix is a rebase."""
    scene.commit(GOOD)
    scene.commit("WIP: PROJ-13 " + "a subject that goes on " * 4 + "\n")
    scene.commit("fix: PROJ-14 the end of it\n")
    yield ["main"]


def force_push(scene: Scene) -> Pushes:
    scene.run("reset", "-q", "--soft", "HEAD~1")
    scene.commit("fix: PROJ-15 another history\n")
    yield ["--force", "main"]


def deletion(_scene: Scene) -> Pushes:
    yield [":main"]


def moved_tag(scene: Scene) -> Pushes:
    scene.run("tag", "-f", "v1.0", "HEAD~1")
    yield ["--force", "v1.0"]


def tag_name_mismatch(scene: Scene) -> Pushes:
    scene.run("tag", "-a", "-m", "the first release", "v2.0")
    yield ["v2.0:refs/tags/v3.0"]


def parked_then_fast_forwarded(scene: Scene) -> Pushes:
    scene.run("switch", "-q", "-c", "topic")
    scene.commit("try something\n")
    scene.commit("fixup! try something\n")
    yield ["topic"]
    yield ["topic:main"]


def policy_change_smuggled_in(scene: Scene) -> Pushes:
    policy = (scene.clone / ".gitward.yaml").read_text()
    without_tickets = policy.partition("  - rule: ticket-reference")[0]
    scene.commit("chore: the policy is in the way\n", policy=without_tickets)
    scene.commit("fix: no ticket any more\n")
    yield ["main"]


def policy_change_then_its_use(scene: Scene) -> Pushes:
    """A change of the policy that the policy allows: the next push is judged by the new one."""
    policy = (scene.clone / ".gitward.yaml").read_text()
    scene.commit("chore: PROJ-16 tickets of another tracker\n", policy=policy.replace("PROJ-[1-9]", "CHG-[1-9]"))
    yield ["main"]
    scene.commit("fix: PROJ-17 the old tracker\n")
    yield ["main"]


def policy_made_unusable(scene: Scene) -> Pushes:
    """Every later push would be denied, the one that mends it too."""
    policy = (scene.clone / ".gitward.yaml").read_text()
    scene.commit("chore: PROJ-16 mistype a rule\n", policy=policy.replace("no-fixup", "no-fix-up"))
    yield ["main"]


def policy_revision_goes_back(scene: Scene) -> Pushes:
    policy = (scene.clone / ".gitward.yaml").read_text()
    scene.commit("chore: PROJ-16 the policy of last year\n", policy=policy.replace("revision: 12", "revision: 11"))
    yield ["main"]


def other_namespace(_scene: Scene) -> Pushes:
    yield ["main:refs/foo/x"]


def nested_namespace(_scene: Scene) -> Pushes:
    yield ["main:refs/heads/refs/heads/main", "main:refs/notes/commits"]


def replace_ref(scene: Scene) -> Pushes:
    scene.commit("another view of the tip\n")
    yield [f"main:refs/replace/{scene.run('rev-parse', 'HEAD~1')}"]


def baseline_ref(_scene: Scene) -> Pushes:
    yield ["main:refs/gitward/baseline"]


def case_collision(_scene: Scene) -> Pushes:
    yield ["main:refs/heads/Main"]


def many_refs(scene: Scene) -> Pushes:
    scene.commit("one commit\n")
    yield [f"main:refs/heads/topic/{number}" for number in range(MANY)]


def atomic_with_one_bad_ref(scene: Scene) -> Pushes:
    scene.commit("fix: no ticket\n")
    yield ["--atomic", "main:refs/heads/topic", "main"]


def one_bad_ref_without_atomic(scene: Scene) -> Pushes:
    """One decision for the whole push: the good ref is not taken either."""
    scene.commit("fix: no ticket\n")
    yield ["main:refs/heads/topic", "main"]


def tag_only(scene: Scene) -> Pushes:
    scene.run("tag", "-a", "-m", "the second release", "v2.0")
    yield ["v2.0"]


def no_new_commit(_scene: Scene) -> Pushes:
    yield ["main:refs/heads/release/2"]


def message_not_utf8(scene: Scene) -> Pushes:
    """git's own commands would recode it."""
    oid = _raw_commit(scene, b"fix: PROJ-18 na\xefve caf\xe9\n")
    yield [f"{oid}:main"]


def hostile_message(scene: Scene) -> Pushes:
    """Nothing in it reaches the pusher's terminal as it is."""
    scene.commit(
        "fix: PROJ-19 \x1b[2J\x1b]0;owned\x07allow \u202ekcatta\u202c of\u200b others\n\n"
        "remote: allowed refs/heads/main: all is well\r"
    )
    yield ["main"]


def duplicate_author(scene: Scene) -> Pushes:
    one, other = (f"author {name} <{name}@example.com> 1700000000 +0000" for name in ("ann", "bob"))
    oid = _raw_commit(scene, GOOD.encode(), author=f"{one}\n{other}")
    yield [f"{oid}:refs/heads/topic"]


def nul_in_message(scene: Scene) -> Pushes:
    message = b"fix: PROJ-20 what you see\n\0is not all there is\n"
    oid = _raw_commit(scene, message)
    yield [f"{oid}:refs/heads/topic"]


def merge_on_linear_ref(scene: Scene) -> Pushes:
    scene.run("switch", "-q", "-c", "side")
    scene.commit("fix: PROJ-21 on the side\n")
    scene.run("switch", "-q", "main")
    scene.commit("fix: PROJ-22 on main\n")
    scene.commit("merge: PROJ-23 both\n", parents=("HEAD", "side"))
    yield ["main"]


def file_in_place_of_folder(_scene: Scene) -> Pushes:
    yield [":main", "main:refs/heads/main/x"]


SCENARIOS: dict[Callable[[Scene], Pushes], tuple[int, ...]] = {
    good_commit: (0,),
    no_ticket: (1,),
    bad_subject: (1,),
    force_push: (1,),
    deletion: (1,),
    moved_tag: (1,),
    tag_name_mismatch: (1,),
    parked_then_fast_forwarded: (0, 1),
    policy_change_smuggled_in: (1,),
    policy_change_then_its_use: (0, 1),
    policy_made_unusable: (1,),
    policy_revision_goes_back: (1,),
    other_namespace: (1,),
    nested_namespace: (1,),
    replace_ref: (1,),
    baseline_ref: (1,),
    case_collision: (1,),
    many_refs: (0,),
    atomic_with_one_bad_ref: (1,),
    one_bad_ref_without_atomic: (1,),
    tag_only: (0,),
    no_new_commit: (0,),
    message_not_utf8: (1,),
    hostile_message: (1,),
    duplicate_author: (1,),
    nul_in_message: (1,),
    merge_on_linear_ref: (1,),
    file_in_place_of_folder: (1,),
}
"""With the exit codes that `git push` must have, one after the other."""
