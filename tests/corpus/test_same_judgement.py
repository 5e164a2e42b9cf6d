"""Invariant 7 over the whole corpus: commit-msg, pre-push, pre-receive over ssh and ci give the same judgement.

What is compared, and how, stands in `compared.py`: the whole corpus in few large pushes, a sample of it by itself, and
a sample as real `git commit`. Then all of it again through the reader for what libgit2 does not open.
"""

from __future__ import annotations

import re
import subprocess

import pytest
from compared import batches, differences
from items import Item
from moves import LIMITED
from stages import Stages, Start, judges_commits, knows
from world import World

from corpus import CORPUS
from forked import Started
from gitward.judgement import judgement_of_report
from gitward.rules import NAMES
from launching import SRC
from servers import Server, developer, serving
from soaking import long

IN_COMMIT_MSG = tuple(rule for rule in NAMES if judges_commits(rule) and knows("commit", rule))
MESSAGES = [item for item in CORPUS if item.is_message and item not in LIMITED]


def _git_makes(*options: str) -> bool:
    done = subprocess.run(["git", "init", "-q", "--bare", *options, "/dev/null/x"], capture_output=True, text=True)
    return "unknown option" not in done.stderr


OTHER_FORMATS = ["--object-format=sha256", *(["--ref-format=reftable"] if _git_makes("--ref-format=reftable") else [])]


def test_all_stages_judge_alike(stages: Stages) -> None:
    assert list(differences(stages, stages.world.items)) == []


def test_all_stages_count_a_push_alike(
    tmp_path_factory: pytest.TempPathFactory, ssh_server: Server, start: Start, started: Started | None
) -> None:
    """Changes for `push-limits`, each of them a push: what it brings is what the other side does not have."""
    folder = tmp_path_factory.mktemp("limits")
    stages = Stages(World(folder / "world", LIMITED, developer(folder)), ssh_server, start(SRC), "limits.yaml", started)
    assert [problem for item in LIMITED for problem in differences(stages, [item])] == []


def _sample() -> list[Item]:
    """For every rule that commit-msg can judge, the first change that it refuses and the first that it lets pass."""
    return [
        next(item for item in MESSAGES if item.rule == rule and item.is_rejected is is_rejected and len(item.drafts) == 1)
        for rule in IN_COMMIT_MSG
        for is_rejected in (True, False)
    ]


@pytest.mark.parametrize("item", [
    pytest.param(item, id=item.id, marks=() if item.is_rejected else long) for item in _sample()
])  # fmt: skip
def test_one_change_by_itself(stages: Stages, item: Item) -> None:
    """The bytes of the judgement, from the report of each stage and from the log of the server."""
    stages.push([item])
    stages.commit_msg(item, 0)
    if item.is_rejected and item.drafts[0].parents == ("base",):
        stages.ci(item)
    else:
        stages.check([item])
    bytes_of = {stage: judgement_of_report(stages.reports[stage], IN_COMMIT_MSG) for stage in stages.reports}
    assert set(bytes_of) == {"commit", "push", "receive", "ci"}
    assert len(set(bytes_of.values())) == 1, bytes_of


def _can_be_committed(item: Item) -> bool:
    """Whether git makes a commit of it as it stands: it recodes what is not UTF-8, and takes no empty message."""
    draft = item.drafts[0]
    try:
        return bool(draft.message.decode().strip()) and not draft.encoding and len(item.drafts) == 1
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("item", list(filter(_can_be_committed, MESSAGES))[::12], ids=lambda item: item.id)
def test_real_commit(stages: Stages, item: Item) -> None:
    """`git commit` runs the hook: its exit code is the hook's, and what it makes is what was judged."""
    hook = stages.install_commit_msg()
    stages.commit_msg(item, 0)
    expected = stages.reports["commit"]
    stages.draft(item, 0)
    branch = f"refs/heads/{item.zone}/draft"
    before = stages.world.git("rev-parse", branch)
    path = stages.world.folder / "message"
    path.write_bytes(stages.world.message(item, 0))
    done = subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-F", path], cwd=stages.world.clone, env=stages.world.environment,
        capture_output=True,
    )  # fmt: skip
    hook.unlink()
    assert judgement_of_report(stages.latest(), IN_COMMIT_MSG) == judgement_of_report(expected, IN_COMMIT_MSG)
    assert done.returncode == expected["exit_code"] == int(item.is_rejected), done.stderr
    after = stages.world.git("rev-parse", branch)
    assert (after == before) is bool(done.returncode)
    if after != before:
        stored = subprocess.run(
            ["git", "cat-file", "commit", after],
            cwd=stages.world.clone,
            env=stages.world.environment,
            capture_output=True,
        )
        assert stored.stdout.partition(b"\n\n")[2] == stages.world.message(item, 0)
        stages.world.git("update-ref", branch, before)


@long
@pytest.mark.parametrize("option", OTHER_FORMATS)
def test_other_formats_decide_alike(stages: Stages, tmp_path_factory: pytest.TempPathFactory, start: Start, option: str) -> None:
    """pre-push, pre-receive and ci agree there too, and say of each change what they say of it in the usual format."""
    folder = tmp_path_factory.mktemp("other")
    items = stages.world.items
    with serving("path") as server:
        other = Stages(World(folder / "world", items, developer(folder), (option,)), server, start(SRC))
        assert list(differences(other, items, messages=False)) == []
        assert _said(other) == _said(stages)


def _said(stages: Stages) -> dict[str, set[tuple[object, ...]]]:
    """What pre-receive says of each change, without the oids, which are others in each format."""
    items = stages.world.items
    for batch in batches(item for item in items if item.id not in stages.decisions):
        stages.push(batch)
    subjects = {
        subject: item.id
        for item in items
        for subject in (*stages.world.oids[item.id], *(ref for ref, _, _ in stages.world.updates[item.id]))
    }
    said: dict[str, set[tuple[object, ...]]] = {item.id: set() for item in items}
    for entry, subject, line, column, message in set().union(*(stages.decisions[name].violations for name in said)):
        words = re.sub(r"\b[0-9a-f]{12,64}\b(\.\.\.)?", "<oid>", message)  # long ones are cut where they are quoted
        said[subjects[subject]].add((entry, line, column, words))
    return said
