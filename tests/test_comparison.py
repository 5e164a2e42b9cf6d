"""What two sides deny, commit by commit, against the same counted from each side's own decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitward.comparison import EXAMPLES, Comparison
from gitward.judge import judge
from gitward.model import Decision, Host, Range, Request
from gitward.policy.load import load_file
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

LONG = "feat: " + "x" * 60
OLD = """\
version: 1
policy: {id: old}
rules:
  - {rule: conventional-commit, refs: [refs/heads/**]}
  - {rule: subject-length, refs: [refs/heads/**], max: 50, severity: warning}
"""
NEW = """\
version: 1
policy: {id: new, revision: 2}
mode: evaluate
rules:
  - {rule: subject-length, refs: [refs/heads/**], max: 50}
  - {rule: no-fixup, refs: [refs/heads/main]}
"""


@pytest.fixture
def bare_with_history(bare: Path, git: Git) -> Path:
    """Sixty commits: some good, some of no type, some too long, some both; reverts that name an ancestor, and one not."""
    stream = []
    for number in range(1, 61):
        subject = {0: LONG, 1: "no type", 2: "no type " + "x" * 60, 3: "fixup! feat: x"}.get(number % 7, "feat: good")
        if number % 10 == 0:  # a question about the history: set aside, and judged at the end
            subject = 'Revert "feat: good"\n\nThis reverts commit {}.'.format("REVERTED" if number < 60 else "0" * 40)
        stream.append(f"commit refs/heads/main\nmark :{number}\ncommitter A <a@example.com> {1_700_000_000 + number} +0000\n")
        stream.append(f"data <<EOF\n{subject}\nEOF\n\n")
    first = "commit refs/heads/main\ncommitter A <a@example.com> 1600000000 +0000\ndata 5\nfeat:\n"
    git("fast-import", "--quiet", cwd=bare, stdin=first)
    root = git("rev-parse", "main", cwd=bare).stdout.strip()
    text = "".join(stream).replace("REVERTED", root)
    git("fast-import", "--quiet", cwd=bare, stdin=text.replace("EOF\n\n", f"EOF\nfrom {root}\n", 1))
    return bare


def denied(decision: Decision, policy: int) -> set[str]:
    errors = [result for result in decision.results if result.policy == policy and result.severity == "error"]
    assert all(result.violation_count == len(result.violations) for result in errors)
    return {str(violation.commit) for result in errors for violation in result.violations}


@pytest.mark.parametrize(("jobs", "size"), [(1, 4_000), (1, 7), (2, 7)])
def test_both_sides(
    bare_with_history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, size: int
) -> None:
    monkeypatch.setattr("gitward.tallying.PIECE", size)
    for name, text in (("old.yaml", OLD), ("new.yaml", NEW)):
        (tmp_path / name).write_text(text)
    policies = (load_file(str(tmp_path / "old.yaml")), load_file(str(tmp_path / "new.yaml")))
    with open_repository(str(bare_with_history)) as repository:
        tip = repository.ref("refs/heads/main") or ""
        oids = list(repository.walk((tip,), ()))
    request = Request(stage="ci", ranges=(Range(ref="refs/heads/main", include=(tip,)),))
    comparison = Comparison(before=1)
    host = Host(repository=str(bare_with_history), jobs=jobs)
    decision = judge(request, host, policies=policies, comparison=comparison)
    old, new = denied(decision, 0), denied(decision, 1)
    assert decision.commits == len(oids) == 61
    assert (comparison.before_denies, comparison.after_denies) == (len(old), len(new))
    assert (comparison.newly_denied, comparison.newly_allowed) == (len(new - old), len(old - new))
    assert min(len(old), len(new), len(new - old), len(old - new), len(old & new)) > EXAMPLES
    for examples, expected in ((comparison.denied_examples, new - old), (comparison.allowed_examples, old - new)):
        assert [violation.commit for violation in examples] == [oid for oid in oids if oid in expected][:EXAMPLES]
        assert all(violation.message and violation.entry and violation.subject for violation in examples)
    assert {violation.entry for violation in comparison.denied_examples} == {"subject-length", "no-fixup"}
    assert {violation.entry for violation in comparison.allowed_examples} == {"conventional-commit"}


def test_one_side_alone(bare_with_history: Path, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(NEW)
    comparison = Comparison(before=0)
    with open_repository(str(bare_with_history)) as repository:
        tip = repository.ref("refs/heads/main") or ""
    request = Request(stage="ci", ranges=(Range(ref="refs/heads/side", include=(tip,)),))
    policies = (load_file(str(tmp_path / "new.yaml")),)
    decision = judge(request, Host(repository=str(bare_with_history)), policies=policies, comparison=comparison)
    assert (comparison.newly_denied, comparison.after_denies) == (len(denied(decision, 0)),) * 2
    assert (comparison.before_denies, comparison.newly_allowed, comparison.allowed_examples) == (0, 0, ())
    assert "no-fixup" not in {violation.entry for violation in comparison.denied_examples}  # it judges main alone
