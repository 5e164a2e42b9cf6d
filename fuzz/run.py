"""`make fuzz`: each harness for some seconds of processor time, one after the other, and a line for each: executions, findings.

    fuzz/run.py [--seconds N] [--all-seconds N] [NAME...]
    fuzz/run.py --table

`--seconds` are those of one harness, 60 unless given; with `--all-seconds` they are shared out among all. What atheris finds
worth keeping stays in `.fuzz/corpus/NAME`, where the next run begins, and what went wrong in `.fuzz/findings/NAME`: copy it to
`tests/fuzz_findings/NAME`, where a test feeds it to the same harness. Afterwards its inputs are stretched (`stretched.py`).
`.fuzz/runs.jsonl` keeps the figures of all runs. Exit code 1 where there is a finding.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from places import HERE, NAMES

OWN = HERE.parent / ".fuzz"
OPTIONS = ["-max_len=8192", "-timeout=20", "-rss_limit_mb=1500", "-verbosity=0", "-print_final_stats=0"]
STUCK = ("crash-", "timeout-", "oom-")  # what libFuzzer writes when the process itself does not go on


def main() -> int:
    parser = argparse.ArgumentParser(description="fuzz the parsers of gitward")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--all-seconds", type=float)
    parser.add_argument("--table", action="store_true", help="the sums of all runs so far, as Markdown; nothing is run")
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args()
    if given.table:
        print(_table())
        return 0
    names = given.names or list(NAMES)
    if unknown := set(names) - set(NAMES):
        parser.error(f"no such harness: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    seconds = given.all_seconds / len(names) if given.all_seconds else given.seconds
    print(f"{'harness':<20} {'executions':>10} {'CPU s':>7} {'a second':>8} findings", flush=True)
    return max(_run(name, seconds) for name in names)


def _run(name: str, seconds: float) -> int:
    """One harness: 1 where there is a finding."""
    for folder in ("corpus", "findings"):
        (OWN / folder / name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch, "result.json")
        options = [*OPTIONS, f"-artifact_prefix={OWN / 'findings' / name}/"]
        arguments = [str(HERE / "one.py"), name, str(seconds), str(result), str(OWN / "findings"), str(OWN / "corpus" / name)]
        status, used = _waited([*arguments, *options], Path(scratch, "output"))
        found = json.loads(result.read_text()) if result.exists() else {"executions": 0, "findings": {"ended": str(status)}}
        stretched, more = _waited([str(HERE / "stretched.py"), name, str(OWN / "corpus" / name), str(OWN / "findings")],
                                  Path(scratch, "stretched"))  # fmt: skip
        said = [line for part in ("output", "stretched")
                for line in Path(scratch, part).read_text(errors="replace").split("\n")]  # fmt: skip
    findings = [line for line in said if line.startswith("finding: ")]
    if status or stretched:
        findings += [f"finding: ended with {status or stretched}: {' / '.join(said[-12:])[:1500]}"]
    figures = {"harness": name, "executions": found["executions"], "seconds": round(used + more, 1), "findings": len(findings)}
    with (OWN / "runs.jsonl").open("a") as file:
        file.write(json.dumps(figures) + "\n")
    rate = found["executions"] / used if used else 0
    print(f"{name:<20} {found['executions']:>10} {used + more:>7.1f} {rate:>8.0f} {len(findings) or 'none'}", flush=True)
    print("".join(f"  {line}\n" for line in findings), end="", flush=True)
    return bool(findings)


def _table() -> str:
    """What `.fuzz/runs.jsonl` holds, a line for each harness."""
    runs = [json.loads(line) for line in (OWN / "runs.jsonl").read_text().splitlines()]
    lines = ["| harness | runs | executions | CPU s |", "|---|---|---|---|"]
    for name in (*NAMES, ""):
        own = [run for run in runs if name in ("", run["harness"])]
        executions, seconds = sum(run["executions"] for run in own), sum(run["seconds"] for run in own)
        lines.append(f"| {name or 'all'} | {len(own)} | {executions} | {seconds:.0f} |")
    return "\n".join(lines)


def _waited(arguments: list[str], output: Path) -> tuple[int, float]:
    """Runs a script of this folder; its exit status, and the processor time in user mode that it took."""
    with output.open("wb") as file:
        process = os.posix_spawn(
            sys.executable, [sys.executable, *arguments], {**os.environ, "TZ": "UTC"},
            file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1), (os.POSIX_SPAWN_DUP2, file.fileno(), 2)],
        )  # fmt: skip
        _, status, usage = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime


if __name__ == "__main__":
    sys.exit(main())
