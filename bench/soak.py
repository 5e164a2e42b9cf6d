"""`make soak`: every rule over the whole history of real projects, the properties with larger numbers, the faults of the log.

HISTORIES=PATH[:PATH]... names repositories fetched for the run; they are read, never written. Writes bench/soak.md and
bench/results/audit_faults.md (bench/audit_faults.py makes that one alone).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import audit_faults
from measure import ENVIRONMENT, GITWARD, PYTHON, ROOT, git, table

LEAST = 60_000
RULES = ROOT / "src" / "gitward" / "rules"
OPTIONS = {
    "subject-pattern": "pattern: '(?i)^(wip|draft)\\b', negate: true",
    "push-limits": "commits: 10000",
    "ref-name": "pattern: '[A-Za-z0-9._/-]+'",
    "trailers": "keys: [{key: Signed-off-by, unique: true}]",
    "revert-reference": "reason: true",
    "changed-paths": "names: portable",
    "signed-push": "push_urls: ['https://git.example.com/x.git']",
}
COSTLY = ("clean-merge", "secret-content", "file-size")  # they merge again, or read files: only what came last
PUSHED = ("access", "approval")  # they judge who pushes, and whose word a push brings: there is nobody in a history
LAST = 200  # first parents from HEAD, on its branch alone; these and all that was merged into them


def every_rule(repository: Path) -> str:
    """A policy with every rule there is, on every ref; the costly ones from some commit on."""
    since, branch = git("rev-parse", f"HEAD~{LAST}", cwd=repository), git("symbolic-ref", "HEAD", cwd=repository)
    left_out = ("__init__", "options", *PUSHED)
    names = sorted(path.stem.replace("_", "-") for path in RULES.glob("*.py") if path.stem not in left_out)
    lines = ["version: 1", "policy: {id: soak}", "rules:"]
    for name in names:
        scope = "" if name in ("malformed-object", "push-limits") else ", refs: ['refs/**']"
        scope = f", refs: [{branch}]" if name in COSTLY else scope
        options = f", {OPTIONS[name]}" if name in OPTIONS else ""
        options += f", since: {{commits: [{since}]}}" if name in COSTLY else ""
        lines.append(f"  - {{rule: {name}{scope}{options}}}")
    return "\n".join(lines) + "\n"


def judge(repository: Path, folder: Path) -> dict[str, object]:
    """One history through `gitward check --all`; the JSON report and how long it took."""
    (folder / "policy.yaml").write_text(every_rule(repository))
    report = folder / "report.json"
    command = [*GITWARD, "check", "--all", "--repo", str(repository), "--policy", str(folder / "policy.yaml"),
               "--jobs", "2", "--format", "json", "--output", str(report)]  # fmt: skip
    started = time.perf_counter()
    done = subprocess.run(command, env={**ENVIRONMENT, "HOME": str(folder)}, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        sys.exit(f"{repository}: exit code {done.returncode}\n{done.stderr}\n{report.read_text()[:2000]}")
    return {**json.loads(report.read_text()), "seconds": seconds}


def name_of(repository: Path) -> str:
    return repository.parent.name if repository.name == "repo" else repository.name


def histories(paths: list[Path]) -> tuple[str, bool]:
    rows, reasons, total, undecided = [], Counter[str](), 0, 0
    for path in paths:
        with tempfile.TemporaryDirectory(prefix="gitward-soak-") as folder:
            report = judge(path, Path(folder))
        results = {result["entry"]: result for result in report["results"]}  # type: ignore[attr-defined]
        summary = report["summary"]
        gate = results["malformed-object"]
        for violation in gate["violations"]:
            reasons[violation["message"]] += 1
        first = git("log", "--all", "--reverse", "--format=%cd", "--date=format:%Y", cwd=path).partition("\n")[0]
        not_text = sum(count for outcome, entry, count in _encoding(results["message-encoding"]))
        total += summary["commits"]  # type: ignore[index]
        undecided += summary["undecided"]  # type: ignore[index]
        rows.append((name_of(path), first, str(summary["commits"]), str(summary["undecided"]),  # type: ignore[index]
                     str(gate["violated"]), str(not_text), f"{report['seconds']:.0f} s"))  # fmt: skip
    head = ("history", "since", "commits", "undecided", "malformed", "message-encoding violated", "time")
    text = table(head, rows) + "\nMalformed, by reason:\n\n"
    text += table(("reason", "commits"), [(reason, str(count)) for reason, count in reasons.most_common()] or [("none", "0")])
    return text, total >= LEAST and undecided == 0


def _encoding(result: dict[str, object]) -> list[tuple[str, str, int]]:
    return [("violated", str(result["entry"]), int(str(result["violated"])))]


def properties() -> tuple[str, bool]:
    """Every test file that holds a property, or asks how often it is to try, with ten times the examples; and what takes long.

    The faults of the log are not among them: they come by themselves, and are counted.
    """
    texts = {str(path): path.read_text() for path in sorted((ROOT / "tests").rglob("test_*.py"))}
    wanted = [path for path, text in texts.items() if any(word in text for word in ("@given", "from soaking import"))]
    files = [path for path in wanted if Path(path).name not in audit_faults.TESTS]
    done = subprocess.run([str(PYTHON), "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts=", "-n2", "--dist=worksteal",
                           *files], cwd=ROOT, text=True, capture_output=True, check=False,
                          env={**os.environ, "GITWARD_SOAK": "1"})  # fmt: skip
    lines = done.stdout.strip().splitlines()
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    return f"Properties with larger numbers: {lines[-1].strip('= ') if lines else 'no output'}\n", done.returncode == 0


def main() -> int:
    paths = [Path(part) for part in os.environ.get("HISTORIES", "").split(os.pathsep) if part]
    if not paths:
        print("HISTORIES names no repository: fetch some and say HISTORIES=PATH:PATH make soak", file=sys.stderr)
        return 2
    text, whole = histories(paths)
    more, held = properties()
    date = time.strftime("%Y-%m-%d", time.gmtime())
    head = f"# Soak\n\n{date}, commit {git('rev-parse', '--short', 'HEAD', cwd=ROOT)}. Every rule over whole real histories; "
    head += f"{', '.join(COSTLY)} over what came after HEAD~{LAST}.\n\n"
    (ROOT / "bench" / "soak.md").write_text(head + text + "\n" + more)
    print(head + text + "\n" + more, flush=True)
    survived = audit_faults.write()  # by far the longest, so the last
    return 0 if whole and held and survived else 1


if __name__ == "__main__":
    sys.exit(main())
