"""`make demo`, second story: who may push, whose word a change needs, and what happens when it cannot wait.

Four people with real keys push signed pushes to a real server repository. Everything happens in .demo/people, which stays there
to explore. Exits 1 when a part does not end as it should.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demo import DEMO, ENVIRONMENT, GITWARD, Story, make_key

PLACE = DEMO / "people"
SERVER, LOG, KEYS, POLICY_FILE = PLACE / "server.git", PLACE / "log", PLACE / "keys", PLACE / "org.yaml"
PEOPLE = ("ann", "bob", "carol", "dan")
POLICY = """\
version: 1
policy: {{id: shop, revision: 1}}
refsets:
  protected: [refs/heads/main]
principals:
  ann: {{roles: [developer], addresses: [ann@example.com], keys: [{{ssh: {ann}}}, {{ssh: {ann2}}}]}}
  bob: {{roles: [developer, reviewer], addresses: [bob@example.com], keys: [{{ssh: {bob}}}]}}
  carol: {{roles: [developer, reviewer], addresses: [carol@example.com], keys: [{{ssh: {carol}}}]}}
  dan: {{roles: [on-call], addresses: [dan@example.com], keys: [{{ssh: {dan}}}]}}
access:
  - {{who: [developer], may: [create, update, force, delete], refs: ["refs/heads/**", "!protected"]}}
  - {{who: [developer], may: [update], refs: [protected]}}
waivers:
  - {{rules: everything, who: [on-call], at_most: 1h}}
rules:
  - {{rule: signed-push, push_urls: ["{server}"]}}
  - {{rule: signed-commit, refs: [protected]}}
  - {{rule: approval, refs: [protected], count: 2, from: [reviewer]}}
"""


class PeopleStory(Story):
    """The same, told by several people, each in a clone of their own."""

    environment: ClassVar[dict[str, str]] = {
        name: value for name, value in ENVIRONMENT.items() if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))
    }

    def by(self, who: str, title: str, *command: str, allowed: bool) -> None:
        self.part(f"{who}: {title}", *command, allowed=allowed, cwd=PLACE / who)

    def do(self, who: str, *command: str) -> None:
        self.quiet(*command, cwd=PLACE / who)

    def commit(self, who: str, text: str, *options: str) -> None:
        (PLACE / who / "shop.txt").write_text(text)
        self.do(who, "git", "add", "shop.txt")
        self.do(who, "git", "commit", "--quiet", *options, "-m", f"Sell {text.strip()}")


def build(story: PeopleStory) -> None:
    KEYS.mkdir(parents=True)
    keys = {name: make_key(story, name, KEYS) for name in (*PEOPLE, "ann2")}
    POLICY_FILE.write_text(POLICY.format(**keys, server=SERVER))
    story.quiet("git", "init", "--quiet", "--bare", "--initial-branch=main", str(SERVER), cwd=PLACE)
    (PLACE / "nobody").touch()  # git looks at push certificates itself, and says so without such a file; it decides nothing
    for name, value in (("receive.certNonceSeed", "a seed of this demo"), ("gpg.ssh.allowedSignersFile", str(PLACE / "nobody"))):
        story.quiet("git", "config", name, value, cwd=SERVER)
    for who in PEOPLE:
        story.quiet("git", "clone", "--quiet", str(SERVER), str(PLACE / who), cwd=PLACE)
        for name, value in (
            ("user.name", who.title()), ("user.email", f"{who}@example.com"), ("gpg.format", "ssh"),
            ("user.signingKey", str(KEYS / who)), ("commit.gpgSign", "true"), ("push.gpgSign", "if-asked"),
        ):  # fmt: skip
            story.do(who, "git", "config", name, value)
    story.do("bob", "git", "checkout", "--quiet", "-B", "main")
    story.commit("bob", "tea\n")
    story.do("bob", "git", "push", "--quiet", "origin", "main")
    story.quiet(*GITWARD, "install", "--server", str(SERVER), "--policy", str(POLICY_FILE), "--log", str(LOG), cwd=PLACE)
    for who in PEOPLE:
        story.do(who, "git", "fetch", "--quiet", "origin")
        story.do(who, "git", "checkout", "--quiet", "-B", "main", "origin/main")


def at_once(story: PeopleStory, title: str) -> None:
    """Two reviewers approve at the same moment; neither waits for the other, and nothing collides."""
    print(f"\n--- {title}", flush=True)
    for who in ("bob", "carol"):
        story.do(who, "git", "fetch", "--quiet", "origin", "topic")
    started = [subprocess.Popen([*GITWARD, *approve("FETCH_HEAD")[1:]], cwd=PLACE / who, env=story.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for who in ("bob", "carol")]  # fmt: skip
    ended = [(each.communicate()[0], each.returncode) for each in started]
    print("".join(f"  {line}\n" for text, _ in ended for line in text.splitlines()), end="", flush=True)
    story.rows.append((title, "allowed" if not any(code for _, code in ended) else "denied", not any(code for _, code in ended)))


def approve(commit: str, *options: str) -> tuple[str, ...]:
    return ("gitward", "approve", commit, "--ref", "refs/heads/main", "--push", *options)


def tell(story: PeopleStory) -> None:
    onto_main = ("git", "push", "origin", "topic:main")
    story.do("ann", "git", "checkout", "--quiet", "-b", "topic")
    story.commit("ann", "coffee\n")
    story.by("ann", "pushes a branch", "git", "push", "origin", "topic", allowed=True)
    story.by("ann", "pushes it onto main, unapproved", *onto_main, allowed=False)
    story.by("ann", "approves it with a second key", *approve("topic", "--key", str(KEYS / "ann2")), allowed=True)
    story.by("ann", "pushes it, approved by herself", *onto_main, allowed=False)
    at_once(story, "bob and carol approve at the same moment")
    story.commit("ann", "coffee and salt\n", "--amend")
    story.do("ann", "git", "push", "--quiet", "--force", "origin", "topic")
    story.by("ann", "pushes it, amended since", *onto_main, allowed=False)
    at_once(story, "bob and carol approve what it is now")
    story.by("ann", "fast-forwards main", *onto_main, allowed=True)
    story.by("dan", "makes a branch without a grant", "git", "push", "origin", "main:refs/heads/main-2", allowed=False)
    tell_of_broken_glass(story)


def tell_of_broken_glass(story: PeopleStory) -> None:
    glass = ("gitward", "waive", "--everything", "--ref", "refs/heads/main", "--for", "1h", "--policy", "shop", "--push",
             "--reason", "nobody can pay", "--ticket", "INC-8")  # fmt: skip
    story.commit("ann", "coffee and sugar\n")
    story.by("ann", "breaks the glass, not hers to break", *glass, allowed=True)
    story.by("ann", "pushes an urgent change", "git", "push", "origin", "topic:main", allowed=False)
    story.by("dan", "breaks the glass", *glass, allowed=True)
    story.by("ann", "pushes it under broken glass", "git", "push", "origin", "topic:main", allowed=True)
    still_open = ("gitward", "waive", "--open", "--log", str(LOG))
    story.by("bob", "finds open glass", *still_open, allowed=False)
    for found in re.findall(r"\b[0-9a-f]{64}\b", story.said):
        story.by("bob", "looks at it, and closes", "gitward", "waive", "--close", found, "--push", "--reason", "read it",
                 allowed=True)  # fmt: skip
    story.by("bob", "finds none open", *still_open, allowed=True)


def main() -> int:
    story = PeopleStory()
    build(story)
    tell(story)
    verified = story.shown("gitward", "audit", "verify", "--log", str(LOG), cwd=PLACE) == 0
    story.rows.append(("the log holds", "whole" if verified else "broken", verified))
    story.summary()
    print(f"\nExplore: .demo/people/server.git, .demo/people/org.yaml, .demo/people/log, .demo/people/{{{','.join(PEOPLE)}}}")
    return 0 if story.is_as_promised() else 1


if __name__ == "__main__":
    sys.exit(main())
