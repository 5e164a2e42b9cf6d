"""`make demo`: a real server repository, a real clone, real pushes, and what a developer sees each time.

Everything happens in .demo/, which stays there to explore. Exits 1 when a push does not end as it should.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".demo"
SERVER, CLONE, LOG, KEYS = DEMO / "server.git", DEMO / "clone", DEMO / "log", DEMO / "keys"
GITWARD = [sys.executable, "-I", str(Path(sys.executable).with_name("gitward"))]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(DEMO / "home"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Robin Demo",
    "GIT_AUTHOR_EMAIL": "robin@demo.example",
    "GIT_COMMITTER_NAME": "Robin Demo",
    "GIT_COMMITTER_EMAIL": "robin@demo.example",
    "LC_ALL": "C.UTF-8",
}
POLICY = """\
version: 1
policy: {{id: demo, revision: 1}}
refsets:
  protected: [refs/heads/main, refs/heads/release/**]
principals:
  robin: {{addresses: [robin@demo.example], keys: [{{ssh: {robin}}}]}}
  kim: {{addresses: [kim@demo.example], keys: [{{ssh: {kim}}}]}}
rules:
  - {{rule: message-encoding}}
  - {{rule: subject-length}}
  - {{rule: ticket-reference, refs: [protected], pattern: 'DEMO-[1-9][0-9]*'}}
  - {{rule: no-fixup, refs: [protected]}}
  - {{rule: signed-commit, refs: [protected]}}
  - {{rule: no-force-push, refs: [protected, 'refs/tags/**']}}
  - {{rule: no-ref-deletion, refs: [protected, 'refs/tags/**']}}
  - {{rule: ref-namespace}}
"""
Row = tuple[str, str, bool]


class Story:
    """Runs commands in the clone, prints what a developer would see, and remembers how each part ended."""

    environment = ENVIRONMENT

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.said = ""  # by the last command that was shown

    def quiet(self, *command: str, cwd: Path = CLONE) -> None:
        done = subprocess.run(command, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def write(self, name: str, text: str) -> None:
        (CLONE / name).write_text(text)
        self.quiet("git", "add", name)

    def shown(self, *command: str, cwd: Path = CLONE) -> int:
        print(f"\n$ {' '.join(part if ' ' not in part else repr(part) for part in command)}", flush=True)
        real = [*GITWARD, *command[1:]] if command[0] == "gitward" else command
        done = subprocess.run(real, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False)
        self.said = done.stdout + done.stderr
        print("".join(f"  {line}\n" for line in self.said.splitlines()), end="", flush=True)
        return done.returncode

    def part(self, title: str, *command: str, allowed: bool, cwd: Path = CLONE) -> None:
        """The command that a part of the story is about: it must end as the title promises."""
        print(f"\n--- {title}", flush=True)
        ended = self.shown(*command, cwd=cwd) == 0
        self.rows.append((title, "allowed" if ended else "denied", ended == allowed))

    def summary(self) -> None:
        print("\nWhat happened")
        for title, ended, as_promised in self.rows:
            print(f"  {title:<40} {ended:<8} {'' if as_promised else '<- not as it should be'}".rstrip())

    def is_as_promised(self) -> bool:
        return all(as_promised for _, _, as_promised in self.rows)


def build(story: Story) -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    for folder in (DEMO / "home", LOG, KEYS):
        folder.mkdir(parents=True)
    keys = {name: make_key(story, name) for name in ("robin", "kim")}
    story.quiet("git", "init", "--quiet", "--bare", "--initial-branch=main", str(SERVER), cwd=DEMO)
    story.quiet("git", "clone", "--quiet", str(SERVER), str(CLONE), cwd=DEMO)
    story.quiet("git", "checkout", "--quiet", "-B", "main")
    for setting in (("gpg.format", "ssh"), ("user.signingKey", str(KEYS / "robin")), ("commit.gpgSign", "true")):
        story.quiet("git", "config", *setting)
    story.write(".gitward.yaml", POLICY.format(**keys))
    story.quiet("git", "commit", "--quiet", "-m", "Add the change policy\n\nRefs: DEMO-1")
    story.quiet("git", "push", "--quiet", "-u", "origin", "main")
    story.quiet("git", "remote", "set-head", "origin", "main")
    policy = "refs/heads/main:.gitward.yaml"
    story.quiet(*GITWARD, "install", "--server", str(SERVER), "--policy", policy, "--log", str(LOG), cwd=DEMO)
    story.quiet(*GITWARD, "install", "--client")


def make_key(story: Story, name: str, folder: Path = KEYS) -> str:
    """A key to sign with; its public half as a policy lists it."""
    story.quiet("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name), cwd=DEMO)
    return (folder / f"{name}.pub").read_text().rsplit(" ", 1)[0]


def tell(story: Story) -> None:
    story.write("app.txt", "one\n")
    story.quiet("git", "commit", "-m", "Add the application\n\nRefs: DEMO-2")
    story.part("a good commit", "git", "push", "origin", "main", allowed=True)

    story.write("app.txt", "two\n")
    story.part("a commit without a ticket", "git", "commit", "-m", "Change the application", allowed=False)
    story.quiet("git", "commit", "--no-verify", "-m", "Change the application")
    story.part("the same past the client's hooks", "git", "push", "--no-verify", "origin", "main", allowed=False)

    story.quiet("git", "reset", "--quiet", "--hard", "origin/main")
    story.quiet("git", "commit", "--amend", "-m", "Add the application, rewritten\n\nRefs: DEMO-2")
    story.part("a force-push", "git", "push", "--no-verify", "--force", "origin", "main", allowed=False)
    story.quiet("git", "reset", "--quiet", "--hard", "origin/main")

    story.quiet("git", "push", "origin", "main:refs/heads/release/1.0")
    story.part("a deletion", "git", "push", "--no-verify", "origin", ":release/1.0", allowed=False)

    story.quiet("git", "tag", "-a", "v1.0", "-m", "Release 1.0", "HEAD~1")
    story.quiet("git", "push", "origin", "v1.0")
    story.quiet("git", "tag", "-f", "-a", "v1.0", "-m", "Release 1.0, moved", "HEAD")
    story.part("a moved tag", "git", "push", "--no-verify", "--force", "origin", "v1.0", allowed=False)

    story.quiet("git", "checkout", "--quiet", "-b", "topic")
    story.write("app.txt", "three\n")
    story.quiet("git", "commit", "-m", "Park work without a ticket")
    story.part("bad commits parked on a topic branch", "git", "push", "origin", "topic", allowed=True)
    push = ("git", "push", "--no-verify", "origin", "topic:main")
    story.part("the parked commits, fast-forwarded", *push, allowed=False)

    story.quiet("git", "checkout", "--quiet", "main")
    tell_of_signatures(story)

    policy = (CLONE / ".gitward.yaml").read_text()
    weaker = "".join(line for line in policy.splitlines(keepends=True) if "ticket-reference" not in line)
    story.write(".gitward.yaml", weaker)
    story.quiet("git", "commit", "--no-verify", "-m", "Drop the ticket entry\n\nRefs: DEMO-3")
    story.write("app.txt", "four\n")
    story.quiet("git", "commit", "--no-verify", "-m", "Use the weaker policy at once")
    smuggle = ("git", "push", "--no-verify", "origin", "main")
    story.part("a policy change smuggled into a push", *smuggle, allowed=False)


def tell_of_signatures(story: Story) -> None:
    """The same change not signed, signed with a colleague's key, and signed with one's own."""
    for branch, title, options, allowed in (
        ("unsigned", "an unsigned commit", ["--no-gpg-sign"], False),
        ("wrongly-signed", "a commit signed with a colleague's key", [f"-S{KEYS / 'kim'}"], False),
        ("well-signed", "a commit signed with one's own key", ["-S"], True),
    ):
        story.quiet("git", "checkout", "--quiet", "-B", branch, "origin/main")
        story.quiet("git", "commit", "--allow-empty", *options, "-m", "Release the application\n\nRefs: DEMO-4")
        story.part(title, "git", "push", "--no-verify", "origin", f"{branch}:main", allowed=allowed)
    print("\n--- who signed what", flush=True)
    story.shown("gitward", "signatures", "unsigned", "wrongly-signed", "well-signed")
    story.shown("gitward", "explain", "--signature", "wrongly-signed")
    story.quiet("git", "checkout", "--quiet", "-B", "main", "origin/main")


def log_lines() -> None:
    print("\nThe log, .demo/log: each decision and what git did with it, every line chained to the one before")
    for line in "".join(path.read_text() for path in sorted(LOG.glob("*.jsonl"))).splitlines():
        entry = json.loads(line)
        event = entry["event"]
        refs = " ".join(update["ref"] for update in event.get("updates", ()))
        broken = ",".join(result["entry"] for result in event.get("results", ()) if result["outcome"] == "violated")
        what = f"{event['event']['class']} {event['event']['outcome']}"
        print(f"  {entry['seq']:>2} {entry['prev'][:8]} {event['time']} {what:<25} {refs} {broken}".rstrip())


def main() -> int:
    story = Story()
    build(story)
    tell(story)
    story.summary()
    log_lines()
    print("\nExplore: .demo/server.git (hooks/pre-receive), .demo/clone, .demo/log")
    return 0 if story.is_as_promised() else 1


if __name__ == "__main__":
    sys.exit(main())
