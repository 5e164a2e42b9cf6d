"""From what git says is pushed to facts about each ref: resolved, compared with the repository, peeled.

Source: githooks(5), pre-receive and pre-push; git-receive-pack(1). The client's `old` is never believed.
"""

from __future__ import annotations

from collections import Counter

from gitward.errors import MissingObject, Undecided
from gitward.integrity import STATEMENTS, reserved
from gitward.model import Range, RawUpdate, RefUpdate, is_zero
from gitward.refname import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitward.repository import Repository


def resolve(
    raw: tuple[RawUpdate, ...], repository: Repository, existing: Mapping[str, str] | None, named: Iterable[str] = ()
) -> tuple[RefUpdate, ...]:
    """One RefUpdate per line, in order. `existing` are the remote's refs where the repository is only a clone of it.

    `named` are refs that the policies name: one that does not exist yet has its name already.
    """
    here = existing is None
    if here:
        _refuse_proc_receive(raw, repository.configs("receive.procReceiveRefs"))
    refs = repository.refs() if existing is None else existing
    names = [repository.symbolic_target(update.ref) or update.ref if here else update.ref for update in raw]
    by_fold: dict[str, set[str]] = {}
    for name in (*refs, *named, *(name for name, update in zip(names, raw, strict=True) if not is_zero(update.new))):
        by_fold.setdefault(folded(name), set()).add(name)
    twice = {name for name, times in Counter(names).items() if times > 1}
    statements = sum(name.startswith(STATEMENTS) for name in names)
    deleted = {name for name, update in zip(names, raw, strict=True) if is_zero(update.new)}
    return tuple(
        _resolved(
            update,
            name,
            repository,
            old=refs.get(name, "0" * len(update.old)) if here else update.old,
            twice=name in twice,
            statements=statements,
            others=tuple(sorted(by_fold.get(folded(name), set()) - {name} - deleted)),
        )
        for update, name in zip(raw, names, strict=True)
    )


def _refuse_proc_receive(raw: tuple[RawUpdate, ...], settings: tuple[str, ...]) -> None:
    """Raises Undecided where git hands one of these refs to the proc-receive hook (git-config(1), receive.procReceiveRefs).

    That hook writes what it likes. What git itself makes of the other refs of such a push does not change. `[adm!]:PREFIX` is
    taken for more than git takes it for: every action, and with `!` every ref.
    """
    for value in settings:
        flags, _, prefix = value.rpartition(":")
        prefix = "" if "!" in flags else prefix.rstrip("/")
        for update in raw:
            if not prefix or update.ref == prefix or update.ref.startswith(f"{prefix}/"):
                raise Undecided(
                    f"{update.ref} goes to this server's proc-receive hook: that is no ref that gitward can judge",
                    "push to a branch; or the administrator unsets receive.procReceiveRefs",
                    "proc-receive",
                )


def _resolved(
    update: RawUpdate,
    name: str,
    repository: Repository,
    *,
    old: str,
    twice: bool,
    others: tuple[str, ...],
    statements: int,
) -> RefUpdate:
    untrue = "the push names this ref more than once" if twice else ""
    if not _same(update.old, old):
        untrue = untrue or f"the push says that the ref was {_short(update.old)}, in this repository it is {_short(old)}"
    if not is_zero(update.new) and not _readable(repository, update.new):
        raise MissingObject(f"{name}: the pushed object {update.new} cannot be read")
    if not is_zero(update.new) and not is_zero(old) and not _readable(repository, old):
        raise MissingObject(
            f"{name} stands at {_short(old)}, which is not in this repository",
            "git fetch, look at what others have pushed, and push again",
        )
    if name == update.ref and name.startswith(STATEMENTS):
        from gitward.statements.arriving import objection

        problem = untrue or objection(repository, name, old, update.new, statements)
    else:
        problem = reserved(name) or reserved(update.ref) or untrue
    ancestry = repository.ancestry(old, update.new)
    tags, peeled, kind = ((), "", "none") if ancestry == "delete" else repository.peel(update.new)
    return RefUpdate(
        ref=name,
        old=old,
        new=update.new,
        ancestry=ancestry,
        alias=update.ref if update.ref != name else "",
        kind=kind,
        peeled=peeled,
        tags=tags,
        collisions=() if ancestry == "delete" else others,
        problem=problem,
    )


def _readable(repository: Repository, oid: str) -> bool:
    try:
        repository.header(oid)
    except MissingObject:
        return False
    return True


def _same(claimed: str, actual: str) -> bool:
    return claimed == actual or (is_zero(claimed) and is_zero(actual))


def _short(oid: str) -> str:
    return "absent" if is_zero(oid) else oid[:12]


def brings(update: RefUpdate) -> Range | None:
    """The commits that a ref update brings; None where it brings none."""
    if update.ancestry == "delete" or update.kind != "commit":
        return None
    return Range(
        ref=update.ref,
        include=(update.peeled,),
        exclude=None if update.ancestry == "create" else (update.old,),
        alias=update.alias,
    )


def of_range(of: Range) -> RefUpdate:
    """A range as an update: seen for a ref, moving none."""
    return RefUpdate(
        ref=of.ref,
        old=of.exclude[0] if of.exclude else "",
        new=of.include[0] if of.include else "",
        ancestry="range",
        peeled=of.include[0] if of.include else "",
    )
