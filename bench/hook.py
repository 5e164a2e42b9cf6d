"""The commit-msg hook beside a bare interpreter and the peers, on a message to pass and one to deny."""

from __future__ import annotations

from pathlib import Path

from measure import GITWARD, PYTHON, git, medians, run, table

import peers

BUDGET = 6.0
GOOD = "feat: add the rounding of refunds\n\nA refund was rounded twice, once here and once at the bank.\n\nRefs: PAY-12\n"
BAD = "added the rounding of refunds, which was missing from the very beginning of it all, and more\n"
POLICY = """\
version: 1
policy: {id: bench}
rules:
  - {rule: message-encoding}
  - {rule: subject-length}
  - {rule: subject-style}
  - {rule: body-line-length}
  - {rule: conventional-commit}
  - {rule: ticket-reference, pattern: 'PAY-[1-9][0-9]*'}
  - {rule: no-fixup}
"""


def hook(folder: Path) -> tuple[str, bool]:
    commands = {"gitward": [*GITWARD, "hook", "commit-msg", "message"], **peers.install()}
    git("init", "--quiet", "--initial-branch=main", ".", cwd=folder)
    (folder / ".gitward.yaml").write_text(POLICY)
    (folder / ".gitlint").write_text("[general]\ncontrib=contrib-title-conventional-commits\n")
    (folder / "committed.toml").write_text('style = "conventional"\nsubject_capitalized = false\nimperative_subject = false\n')
    (folder / ".cz.toml").write_text('[tool.commitizen]\nname = "cz_conventional_commits"\n')
    versions = peers.versions()
    rows, ratios, times = [], {}, {}
    for label, message, wanted in (("passes", GOOD, True), ("is denied", BAD, False)):
        (folder / "message").write_text(message)
        right = {name: (run(command, cwd=folder)[1] == 0) == wanted for name, command in commands.items()}
        contestants = {"python -c pass": lambda: run([str(PYTHON), "-I", "-c", "pass"], cwd=folder)[0]}
        for name, command in commands.items():
            contestants[name] = lambda command=command: run(command, cwd=folder)[0]  # type: ignore[misc]
        taken = medians(contestants, 25)
        bare = taken["python -c pass"]
        for name, seconds in taken.items():
            verdict = "" if name not in right else "right" if right[name] else "wrong"
            version = versions.get(name, "")
            rows.append((label, f"{name} {version}".strip(), f"{seconds * 1000:.0f} ms", f"{seconds / bare:.1f}", verdict))
        ratios[label], times[label] = taken["gitward"] / bare, taken
        right_here = right["gitward"]
        if not right_here:
            ratios[label] = float("inf")
    ahead = all(
        times[label]["gitward"] < seconds
        for label in times
        for name, seconds in times[label].items()
        if name not in ("gitward", "python -c pass", "committed")
    )
    text = "## commit-msg, one message\n\n" + table(("message that", "program", "median", "in bare starts", "verdict"), rows)
    text += f"\nBudget: {BUDGET:g} bare starts. committed is a native program.\n"
    return text, ahead and max(ratios.values()) <= BUDGET
