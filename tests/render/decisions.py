"""Decisions as the engine makes them, for the tests of the renderers."""

from __future__ import annotations

from gitward.model import Decision, Failure, PolicyInfo, RefUpdate, Result, Violation, Waived, WaiverUsed

ID = "01JD8X7Q2M8S6T4V0W2X4Y6Z80"
TIME = "2026-11-21T10:20:30.123456Z"
ACME = PolicyInfo(id="acme-default", digest="a" * 64, source="/etc/gitward/org.yaml", mode="enforce", revision=12)
TEAM = PolicyInfo(id="payments", digest="b" * 64, source="refs/heads/main:.gitward.yaml", mode="evaluate")
OWN = PolicyInfo(id="gitward", digest="gitward 0.1.0", source="built-in", mode="enforce")
HEAD = "f" * 40
MAIN = RefUpdate(ref="refs/heads/main", old="1" * 40, new=HEAD, peeled=HEAD, ancestry="ff", commits=40)
TOPIC = RefUpdate(ref="refs/heads/topic", old="", new="", ancestry="draft", commits=1)
ADD_TICKET = 'add a line such as "Refs: PROJ-123"'
NO_TICKET = "no ticket in the subject or the trailers"
HOSTILE = "\x1b[2J\r\n::error title=pwned::x\n  ::warning::y ]]> <!--&\"' ##[add-mask]a ##vso[x]\u202e\u200b\udcff {0} ](http://x)"


def oid(number: int) -> str:
    return f"{number:07x}" + f"{number:033x}"


def ticket(commit: str | None = None, **more: object) -> Violation:
    given = {"message": NO_TICKET, "fix": ADD_TICKET, "entry": "ticket-reference", "commit": commit, **more}
    return Violation(**given)


def result(entry: str, *violations: Violation, **more: object) -> Result:
    """A result; the counts that are not given follow from the violations."""
    subjects = {violation.commit or violation.ref for violation in violations}
    given = {
        "entry": entry,
        "rule": entry,
        "severity": "error",
        "policy": 0,
        "violated": len(subjects),
        "violations": violations,
        "violation_count": len(violations),
    }
    return Result(**{**given, **more})


def decision(*results: Result, **more: object) -> Decision:
    given = {
        "id": ID,
        "stage": "receive",
        "time": TIME,
        "version": "0.1.0",
        "policies": (ACME,),
        "updates": (MAIN,),
        "results": results,
        "commits": 40,
    }
    return Decision(**{**given, **more})


def _denied() -> Decision:
    commits = ("6cdd6f3", "1f0c2aa", "77be901", "c09d11e", *(f"{number:07x}" for number in range(1, 9)))
    found = [ticket(short.ljust(40, "0"), subject=f"change {index}") for index, short in enumerate(commits)]
    found[0] = ticket("6cdd6f3".ljust(40, "0"), subject="handle UTF-8")
    return decision(
        result("ticket-reference", *found, passed=27, exempt=1, reasons=(("exempt", "since", 1),)),
        result("subject-length", passed=39, not_applicable=1, reasons=(("not-applicable", "merge", 1),)),
    )


def _draft() -> Decision:
    long = [
        Violation(message="101 columns, at most 72", fix="fold the line", line=line, column=73, subject="handle UTF-8")
        for line in (3, 4, 9)
    ]
    return decision(
        result("body-line-length", *long, violated=1),
        result("ticket-reference", ticket(subject="handle UTF-8"), message="see the change handbook\nchapter 3\n"),
        result("no-force-push", not_applicable=1, reasons=(("not-applicable", "update not known here", 1),)),
        stage="commit",
        updates=(TOPIC,),
        commits=1,
        notices=("on refs/heads/main: [subject-style] the subject ends in a full stop",),
    )


def _push() -> Decision:
    """Four refs at once: forced, deleted, through an alias, and a bad tag; beside gitward's own policy."""
    updates = (
        MAIN,
        RefUpdate(ref="refs/heads/old", old=oid(5), new="0" * 40, ancestry="delete"),
        RefUpdate(ref="refs/heads/trunk", alias="refs/heads/alias", old=oid(6), new=oid(7), ancestry="non-ff"),
        RefUpdate(ref="refs/replace/x", old="0" * 40, new=oid(8), ancestry="create"),
    )
    reserved = Violation(message="refs/replace/ is reserved", ref="refs/replace/x")
    forced = [
        Violation(message="not a fast-forward: 3 commits are lost", fix="git pull --rebase", ref=update.ref)
        for update in (updates[0], updates[2])
    ]
    return decision(
        result("push-integrity", reserved, policy=0, passed=3),
        result("no-force-push", *forced, policy=1, passed=2),
        result("no-ref-deletion", Violation(message="deleted", ref="refs/heads/old"), policy=1, passed=3),
        result("push-limits", Violation(message="12 refs, at most 3", fix="push fewer refs"), policy=1),
        policies=(OWN, ACME),
        updates=updates,
        commits=3,
        notices=("taken as judged: 12 commits",),
    )


def _mixed() -> Decision:
    """An enforced policy that is content beside one on trial that is not, and a warning."""
    return decision(
        result("ticket-reference", passed=40),
        result(
            "subject-length",
            Violation(message="80 columns, at most 72", fix="shorten it", line=1, commit=HEAD, subject="x" * 80),
            severity="warning",
            passed=39,
        ),
        result("ticket-reference", ticket(HEAD, subject="tip"), policy=1, passed=39),
        policies=(ACME, TEAM),
        updates=(MAIN,),
    )


def _undecided() -> Decision:
    reasons = (("undecided", "the rule crashed: KeyError", 2), ("undecided", "it is not known whether abc is there", 1))
    return decision(
        result("conventional-commit", undecided=3, passed=37, reasons=reasons),
        result("ticket-reference", ticket(oid(3), subject="three"), undecided=1, passed=38),
    )


def _many() -> Decision:
    kept = [ticket(oid(number), subject=f"number {number}") for number in range(1, 101)]
    style = [Violation(message="ends in a full stop", commit=oid(number), subject="s.") for number in range(90, 190)]
    return decision(
        result("ticket-reference", *kept, violated=250, violation_count=250, passed=39750),
        result("subject-style", *style, violated=120, violation_count=130, passed=39880),
        commits=40000,
        updates=(RefUpdate(ref="refs/heads/main", old="", new=HEAD, ancestry="range"),),
        stage="ci",
    )


def _hostile() -> Decision:
    """Everything that a commit, a ref, a path or a policy can bring, at its worst."""
    policy = PolicyInfo(id=HOSTILE, digest="c" * 64, source=HOSTILE, mode="enforce", revision=1)
    ref = f"refs/heads/{HOSTILE}"
    bad = Violation(message=HOSTILE, fix=HOSTILE, path=HOSTILE, line=2, column=1, commit=oid(9), subject=HOSTILE)
    return decision(
        result(HOSTILE, bad, bad, message=HOSTILE, rule="subject-style"),
        result("ref-name", Violation(message=HOSTILE, fix=HOSTILE, ref=ref), message="::error::own words"),
        result("ticket-reference", undecided=1, reasons=(("undecided", HOSTILE, 1),)),
        result("no-fixup", exempt=1, reasons=(("exempt", HOSTILE, 1),)),
        result("subject-length", waived=1, let_go=(Waived(subjects=1, violations=(bad,), waivers=(
            waiver(by=(HOSTILE,), reason=HOSTILE, ticket=HOSTILE, is_break_glass=True),)),)),
        policies=(policy,),
        updates=(RefUpdate(ref=ref, alias=ref, old=oid(1), new=oid(9), ancestry="ff", commits=1),),
        commits=1,
        notices=(HOSTILE,),
        failure=Failure(
            reason="crashed", message=HOSTILE, exit_code=3, turn="administrator", fix=HOSTILE, detail=HOSTILE
        ),
    )


def waiver(number: int = 1, **more: object) -> WaiverUsed:
    given = {
        "statement": f"{number:012x}".ljust(64, "e"),
        "by": ("carol",),
        "until": 1_800_000_000,
        "reason": "the tracker is down",
        "ticket": "INC-1",
    }
    return WaiverUsed(**{**given, **more})


def _waived() -> Decision:
    """Two people waive for three commits, one for another, and a fifth has none."""
    both = Waived(waivers=(waiver(), waiver(2, by=("dan",), reason="", ticket="")), subjects=3,
                  violations=tuple(ticket(oid(number), subject=f"number {number}") for number in (1, 2, 3)))  # fmt: skip
    alone = Waived(waivers=(waiver(3, by=("carol", "dan")),), subjects=1, violations=(ticket(oid(4), subject="four"),))
    return decision(
        result("ticket-reference", ticket(oid(5), subject="five"), passed=35, waived=4, let_go=(both, alone)),
        result("subject-length", passed=38, waived=2, let_go=(Waived(waivers=(waiver(4),), subjects=2),)),
        notices=("[ticket-reference] the waiver 0000000000ff of dan counts for nothing: it has expired",),
    )


def _glass() -> Decision:
    """Everything of a policy let go on main, loudly."""
    broken = (waiver(7, by=("dan",), reason="the shop is down", is_break_glass=True),)
    forced = Violation(message="not a fast-forward: 3 commits are lost", ref="refs/heads/main")
    return decision(
        result("no-force-push", waived=1, let_go=(Waived(waivers=broken, subjects=1, violations=(forced,)),)),
        result("ticket-reference", passed=39, waived=1,
               let_go=(Waived(waivers=broken, subjects=1, violations=(ticket(oid(1), subject="one"),)),)),
    )  # fmt: skip


def _failed(**more: object) -> Decision:
    return decision(policies=(), updates=(), commits=0, failure=Failure(**more))


DECISIONS = {
    "denied": _denied(),
    "allowed": decision(result("ticket-reference", passed=38, exempt=2, reasons=(("exempt", "since", 2),))),
    "amend": decision(
        result("ticket-reference", ticket(HEAD, subject="tip"), passed=39),
        result(
            "malformed-object",
            Violation(message="no author", fix="git commit --amend --reset-author", commit=HEAD),
            severity="warning",
        ),
    ),
    "deletion": decision(result("no-ref-deletion", passed=1), commits=0),
    "draft": _draft(),
    "push": _push(),
    "mixed": _mixed(),
    "evaluate": decision(result("ticket-reference", ticket(oid(2), subject="two")), policies=(TEAM,)),
    "undecided": _undecided(),
    "many": _many(),
    "waived": _waived(),
    "glass": _glass(),
    "hostile": _hostile(),
    "squash": decision(
        result("subject-length", Violation(message="80 columns, at most 72", line=1, column=73, subject="x" * 80)),
        stage="ci",
        updates=(RefUpdate(ref="refs/heads/main", old="", new=HEAD, ancestry="range"),),
        commits=2,
    ),
    "too-large": _failed(
        reason="too-large",
        message="the push brings more than 10000 new commits, the limit of this server",
        exit_code=3,
        turn="developer",
        fix="push the history in parts",
        detail="/srv/git/repo.git: 10001",
    ),
    "policy-invalid": _failed(
        reason="policy-invalid",
        message="the policy of this server cannot be used",
        exit_code=2,
        turn="administrator",
        detail="/etc/gitward/org.yaml:3:5: unknown rule\nsecond line",
    ),
}
