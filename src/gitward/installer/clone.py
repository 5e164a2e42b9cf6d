"""The hooks of a developer: of one clone, or of all repositories of this user."""

from __future__ import annotations

import os

from gitward import gitcommand
from gitward.errors import UsageError
from gitward.installer import hookfile, place
from gitward.installer.hookfile import CLIENT, Program
from gitward.model import FILE_NAME
from gitward.record import record

# githooks(5), without those of CLIENT. Not push-to-checkout: that it exists switches git's own way off
PASSED_ON = (
    "pre-applypatch", "post-applypatch", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-receive",
    "update", "proc-receive", "post-receive", "post-update", "reference-transaction", "pre-auto-gc", "post-rewrite",
    "sendemail-validate", "post-index-change", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist",
    "p4-pre-submit",
)  # fmt: skip


@record
class Done:
    """What became of the hooks in a folder: (hook, `installed|updated|unchanged|removed|restored`), and remarks."""

    folder: str
    hooks: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()


def hooks_folder(repo: str) -> str:
    """The folder that git takes this clone's hooks from, core.hooksPath included."""
    if gitcommand.need(repo, "rev-parse", "--is-bare-repository") == "true":
        raise UsageError(f"{repo} is a bare repository", f"for a server: gitward install --server {repo} --policy FILE")
    top = gitcommand.need(repo, "rev-parse", "--show-toplevel")
    return os.path.join(top, gitcommand.need(top, "rev-parse", "--git-path", "hooks"))


def install(repo: str, program: Program, options: tuple[str, ...] = ()) -> Done:
    """Put gitward's hooks into a clone. Raises UsageError where something would be lost, or others would get them."""
    folder = hooks_folder(repo)
    if _is_shared(repo):
        if os.path.realpath(folder) == os.path.realpath(own_folder()):
            return Done(folder=folder, hooks=(), remarks=("judged already: installed for all your repositories",))
        raise UsageError(
            f"core.hooksPath makes {folder} the hooks of all your repositories", "gitward install --global"
        )
    place.refuse_loss(os.path.join(folder, name) for name in CLIENT)
    hooks = tuple((name, place.put(os.path.join(folder, name), _text(name, program, options))) for name in CLIENT)
    return Done(folder=folder, hooks=hooks, remarks=_remarks(folder, repo))


def remove(repo: str) -> Done:
    """Take gitward's hooks out of a clone and put back what stood there."""
    if _is_shared(repo):  # then the clone's own hooks are those that the shared ones run
        return _take_out(os.path.join(repo, gitcommand.need(repo, "rev-parse", "--git-common-dir"), "hooks"))
    return _take_out(hooks_folder(repo))


def _take_out(folder: str) -> Done:
    paths = [(name, os.path.join(folder, name)) for name in CLIENT]
    place.refuse_edited(path for _, path in paths)
    done = [(name, place.take_out(path)) for name, path in paths]
    return Done(folder=folder, hooks=tuple((name, what) for name, what in done if what))


def _text(name: str, program: Program, options: tuple[str, ...]) -> place.Text:
    return lambda earlier: hookfile.client(name, program, options, earlier)


def _passing(name: str) -> place.Text:
    return lambda _earlier: hookfile.passing(name)


def _is_shared(repo: str) -> bool:
    """Whether core.hooksPath comes from further out than the repository's own configuration."""
    status, out, _ = gitcommand.ask(repo, "config", "--show-scope", "--get", "core.hooksPath")
    return status == 0 and out.split("\t")[0] in ("global", "system")


def _remarks(folder: str, repo: str) -> tuple[str, ...]:
    remarks = [
        f"the {name} hook that was here is kept as {name}{hookfile.KEPT} and runs first"
        for name in CLIENT
        if os.path.lexists(os.path.join(folder, name + hookfile.KEPT))
    ]
    top = gitcommand.need(repo, "rev-parse", "--show-toplevel")
    if gitcommand.setting(repo, "core.hooksPath"):
        inside = os.path.realpath(folder).startswith(os.path.realpath(top) + os.sep)
        remarks.append(f"core.hooksPath leads git to {folder}" + (
            ": it is in the work tree, so do not commit these files, they hold paths of this machine" if inside else ""
        ))  # fmt: skip
    if not os.path.lexists(os.path.join(top, FILE_NAME)):
        remarks.append(f"there is no {FILE_NAME} yet, so nothing is judged: write one with `gitward init`")
    return tuple(remarks)


# --- all repositories of this user ------------------------------------------------------------------------------------


def own_folder() -> str:
    """Where the hooks for all repositories of this user are: below the folder for configuration (XDG)."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "gitward", "hooks").replace("\\", "/")


def install_everywhere(program: Program, options: tuple[str, ...] = ()) -> Done:
    """Point core.hooksPath of this user to a folder of gitward's, or add to the folder that it points to already."""
    configured = _global_path()
    folder = os.path.expanduser(configured) if configured else own_folder()
    if os.path.realpath(folder) != os.path.realpath(own_folder()):
        place.refuse_loss(os.path.join(folder, name) for name in CLIENT)
        hooks = tuple((name, place.put(os.path.join(folder, name), _text(name, program, options))) for name in CLIENT)
        return Done(
            folder=folder, hooks=hooks, remarks=(f"core.hooksPath was {configured} already, so they are there",)
        )
    place.refuse_loss(os.path.join(folder, name) for name in (*CLIENT, *PASSED_ON))
    hooks = tuple((name, place.put(os.path.join(folder, name), _everywhere(name, program, options))) for name in CLIENT)
    for name in PASSED_ON:
        place.put(os.path.join(folder, name), _passing(name))
    if not configured:
        gitcommand.need(os.curdir, "config", "--global", "core.hooksPath", folder)
    remarks = (
        "core.hooksPath of your git configuration leads here; a repository's own hooks run first",
        f"{len(PASSED_ON)} other hooks are passed on to the repository's own",
    )
    return Done(folder=folder, hooks=hooks, remarks=remarks)


def remove_everywhere() -> Done:
    """Undo `install_everywhere`: the setting first, so that no repository is left with a folder that is gone."""
    configured = _global_path()
    folder = os.path.expanduser(configured) if configured else own_folder()
    if os.path.realpath(folder) != os.path.realpath(own_folder()):
        return _take_out(folder)
    place.refuse_edited(os.path.join(folder, name) for name in (*CLIENT, *PASSED_ON))
    if configured:
        gitcommand.need(os.curdir, "config", "--global", "--unset", "core.hooksPath")
    hooks = _take_out(folder).hooks
    for name in PASSED_ON:
        place.take_out(os.path.join(folder, name))
    if os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)
    return Done(folder=folder, hooks=hooks)


def _everywhere(name: str, program: Program, options: tuple[str, ...]) -> place.Text:
    return lambda _earlier: hookfile.everywhere(name, program, options)


def _global_path() -> str:
    status, out, _ = gitcommand.ask(os.curdir, "config", "--global", "--get", "core.hooksPath")
    return out if status == 0 else ""
