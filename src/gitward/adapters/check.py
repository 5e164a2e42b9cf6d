"""`check` and `ci`: ranges, refs and messages to a request. Source: gitrevisions(7), git-rev-list(1)."""

from __future__ import annotations

from contextlib import contextmanager

from gitward.errors import UsageError
from gitward.integrity import OWN_REFS
from gitward.message import parse
from gitward.model import Decision, Range, Request
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitward.fixing import Fix
    from gitward.model import Message, Policy
    from gitward.repository import Repository

    Judge = Callable[..., Decision]

opened = open_repository
_REMOTE = "refs/remotes/origin/"


def target(repository: Repository) -> tuple[str, str]:
    """The target branch as a ref of the remote, and its oid here: gitward.target, else the remote's HEAD, else our own."""
    configured = repository.config("gitward.target")
    if configured:
        ref = configured if configured.startswith("refs/") else f"refs/heads/{configured}"
    else:
        head = repository.symbolic_target(f"{_REMOTE}HEAD")
        ref = f"refs/heads/{head[len(_REMOTE) :]}" if head.startswith(_REMOTE) else repository.head_ref()
    tracking = ref.replace("refs/heads/", _REMOTE, 1)
    return ref or "refs/heads/main", repository.ref(tracking) or repository.ref(ref) or ""


def request(
    repository: Repository, *, ranges: tuple[str, ...], squash: str = "", ref: str = "", all_refs: bool = False
) -> Request:
    """What `check` is asked to judge. Raises UsageError for a revision that git does not know."""
    if all_refs:
        refs = repository.refs()
        return Request(stage="ci", ranges=tuple(Range(ref=name, include=(oid,)) for name, oid in sorted(refs.items())
                                                if not name.startswith(("refs/remotes/", OWN_REFS))))  # fmt: skip
    named, oid = target(repository)
    notices = () if ref else (f"judged for {named}; say --ref for another",)
    ref = ref or named
    if squash:
        judged = _range(repository, squash, ref)
        return Request(stage="ci", ranges=(judged,), squash=squash_message(repository, judged), squash_forced=True,
                       notices=notices)  # fmt: skip
    if not ranges:
        head = repository.resolve("HEAD")
        judged = Range(ref=ref, include=(head,), exclude=(oid,) if oid else ())
        return Request(stage="ci", ranges=(judged,), notices=notices)
    return Request(stage="ci", ranges=tuple(_range(repository, given, ref) for given in ranges), notices=notices)


def _range(repository: Repository, given: str, ref: str) -> Range:
    """`A..B`, `A...B` and the like as rev-list takes them; a single revision is that one commit."""
    if ".." not in given:
        oid = repository.peel(repository.resolve(given))[1]
        return Range(ref=ref, include=(oid,), exclude=repository.parents(oid))
    include, exclude = repository.bounds(given)
    if not include:
        raise UsageError(f"{given!r} is no range that includes anything", "write BASE..HEAD")
    return Range(ref=ref, include=include, exclude=exclude)


def squash_message(repository: Repository, judged: Range) -> Message:
    """What a forge proposes: one commit's own message, or the subjects of several as a list under the first one's."""
    oids = tuple(repository.walk(judged.include, judged.exclude or ()))
    commits = tuple(repository.commits(oids))
    if len(commits) == 1:
        return commits[0].message
    subjects = [commit.message.subject for commit in commits]
    text = f"{subjects[0]}\n\n" + "".join(f"* {subject}\n" for subject in subjects) if subjects else ""
    return parse(text.encode("utf-8", "surrogateescape"))


def decide_message(raw: bytes, policies: tuple[str, ...], repo: str, ref: str) -> Decision:
    """Judge a message on its own, as commit-msg does, for a ref."""
    with _judging(policies, repo, ref) as (_, judge):
        return judge(parse(raw))


def fix_message(raw: bytes, policies: tuple[str, ...], repo: str, ref: str, verb: str) -> tuple[Decision, Fix | None]:
    """What can safely be put right in a message, and the decision about the result, which says what was done."""
    from gitward.adapters.messagefile import words
    from gitward.fixing import propose

    with _judging(policies, repo, ref) as (loaded, judge):
        fix = propose(loaded, parse(raw), judge)
        if fix is not None:
            return judge(fix.message, words(fix, verb)), fix
        decision = judge(parse(raw))
        found = any(result.violations for result in decision.results)
        return judge(parse(raw), ("nothing of it can be fixed safely",)) if found else decision, None


@contextmanager
def _judging(policies: tuple[str, ...], repo: str, ref: str) -> Iterator[tuple[tuple[Policy, ...], Judge]]:
    """The policies, and what they say of a message for a ref."""
    from gitward import sources
    from gitward.adapters.draft import decide_draft
    from gitward.answers import in_repository

    with open_repository(repo) as repository:
        loaded = tuple(sources.load(source, repository, receiving=False) for source in policies)
        named = ref or target(repository)[0]
        notices = () if ref else (f"judged for {named}; say --ref for another",)
        answer = in_repository(repository, repository.ref("HEAD") or "")

        def judge(message: Message, more: tuple[str, ...] = ()) -> Decision:
            return decide_draft(loaded, message, named, answer, notices=(*more, *notices))

        yield loaded, judge
