"""`gitward install`: put the hooks of a clone, of all repositories of a user, or of a server into their places."""

from __future__ import annotations

import os

import click

from gitward.errors import GitwardError, UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.installer.clone import Done
    from gitward.installer.server import Placed
    from gitward.installer.settings import Settings


@click.command(
    epilog="exit codes: 0 done, 2 usage, or somebody else's hook would be lost, 3 it could not be read or written",
)
@click.option("--client", is_flag=True, help="The hooks of a clone (this is what happens without an option).")
@click.option("--global", "everywhere", is_flag=True, help="With --client: of all repositories of this user.")
@click.option("--server", metavar="PATH", default="", help="pre-receive of this bare repository.")
@click.option("--org", metavar="DIR", default="", help="pre-receive of every bare repository below this folder.")
@click.option("--repo", metavar="P", default="", help="With --client: the clone. Default: where you are.")
@click.option(
    "--policy",
    "policies",
    metavar="F|REF:PATH",
    multiple=True,
    help="Judge by this policy; on a server it may stand more than once, and a file's path becomes absolute.",
)
@click.option(
    "--log",
    metavar="DIR|unix:PATH",
    default="",
    help="Server: record each decision in this folder, made if need be, or through the daemon at this socket.",
)
@click.option(
    "--recovery", metavar="VKEY", default="",
    help="Server: the public key that may replace the key of a log that is made here (docs/audit.md, Keys).",
)
@click.option(
    "--baseline",
    metavar="OID",
    multiple=True,
    help="Server: let in what this commit reaches, and judge it not where an entry says since: baseline.",
)
@click.option(
    "--limit", "limits", metavar="NAME=NUMBER", multiple=True, help="Server: raise or lower a budget of a push."
)
@click.option(
    "--lookup", "lookups", metavar="NAME=FILE", multiple=True, help="Server: the settings of a look-up that policies name."
)
@click.option(
    "--actor", metavar="CHANNEL", default="",
    help="Server: who pushes is whom this one channel names: push-certificate, ssh-command, http, gitlab, gitea, bitbucket, "
    "gitolite.",
)
@click.option("--url", "urls", metavar="URL", multiple=True, help="Server: a URL of the repository, as its people write it.")
@click.option("--remove", is_flag=True, help="Take the hooks out, and put back what stood there.")
def install(*, server: str, org: str, repo: str, policies: tuple[str, ...], log: str, recovery: str, baseline: tuple[str, ...],
            limits: tuple[str, ...], lookups: tuple[str, ...], actor: str, urls: tuple[str, ...], client: bool,
            everywhere: bool, remove: bool) -> int:  # fmt: skip
    """Put the hooks in, beside those that are there.

    A hook that stands in the way is kept as NAME.before-gitward; it runs first, gets the same input, and when it fails
    gitward's does not run. Nothing is overwritten; --remove puts every file back as it was. Running it again changes
    nothing, or brings the hooks up to date. The folder is the one that git uses, core.hooksPath included.

    --global points core.hooksPath of your git configuration to a folder of gitward's. git then looks for hooks only
    there, so every hook in it runs the repository's own one first; a repository with a core.hooksPath of its own
    (husky) stays as it is, and push-to-checkout hooks do not run. Tools that refuse to work with core.hooksPath, such
    as `pre-commit install`, want the plain form in each clone.

    On a server the hook starts with a clean environment, denies when gitward or its policy is gone, and writes
    everything it needs into the hook file. GitLab's and Gitea's own folders for hooks (pre-receive.d) are used where
    they are. receive.hideRefs is set for gitward's own refs.

    Where a policy says who may do what, the hook has to be told which channel proves who pushes (docs/access.md).

    \b
    examples:
      gitward install                     into the clone you are in
      gitward install --global            for all your repositories
      gitward install --server /srv/git/app.git --policy /etc/gitward/org.yaml \\
          --policy refs/heads/main:.gitward.yaml --log unix:/run/gitward/log.sock \\
          --actor ssh-command --url ssh://git@git.example.com/app.git
      gitward install --org /srv/git --policy /etc/gitward/org.yaml --log /var/lib/gitward
      gitward install --server /srv/git/app.git --remove
    """
    _refuse_mixtures(client=client, everywhere=everywhere, server=server, org=org, repo=repo, remove=remove,
                     server_only=(*baseline, *limits, *lookups, *filter(None, (log, actor, recovery)), *urls),
                     policies=policies)  # fmt: skip
    if org and urls:
        raise UsageError("--url names one repository", "install with --server PATH where a repository has URLs")
    if recovery and not log:
        raise UsageError("--recovery is a key of the log", "add --log DIR")
    if server or org:
        found = None if remove else _settings(policies, log, baseline, limits, lookups, actor, urls)
        return _servers(server, org, _public(recovery), found)
    return _clone(repo or os.curdir, policies, everywhere=everywhere, remove=remove)


def _refuse_mixtures(*, client: bool, everywhere: bool, server: str, org: str, repo: str, remove: bool,
                     server_only: tuple[str, ...], policies: tuple[str, ...]) -> None:  # fmt: skip
    on_server = bool(server or org)
    if sum((client or everywhere, bool(server), bool(org))) > 1:
        raise UsageError("give one of --client, --server, --org")
    if repo and (on_server or everywhere):
        raise UsageError("--repo names one clone", "leave it out here")
    if server_only and not on_server:
        raise UsageError("--log, --recovery, --baseline, --limit, --lookup, --actor and --url are a server's",
                         "add --server PATH or --org DIR")  # fmt: skip
    if len(policies) > 1 and not on_server:
        raise UsageError("the hooks of a clone judge by one policy", "use `extends` in it")
    if remove and (policies or server_only):
        raise UsageError("--remove takes hooks out and needs no settings", "leave --policy and the like out")


def _settings(policies: tuple[str, ...], log: str, baseline: tuple[str, ...], limits: tuple[str, ...],
              lookups: tuple[str, ...], actor: str, urls: tuple[str, ...]) -> Settings:  # fmt: skip
    from gitward.installer.settings import settings

    return settings(policies, log, baseline, limits, lookups, actor, urls)


# --- clones -----------------------------------------------------------------------------------------------------------


def _clone(repo: str, policies: tuple[str, ...], *, everywhere: bool, remove: bool) -> int:
    from gitward.installer import clone
    from gitward.installer.program import this_program

    if remove:
        _print_done(clone.remove_everywhere() if everywhere else clone.remove(repo), "nothing of gitward's was there")
        return 0
    options = tuple(word for source in policies for word in ("--policy", _checked_file(source)))
    program = this_program()
    if everywhere:
        _print_done(clone.install_everywhere(program, options))
    else:
        _print_done(clone.install(repo, program, options))
    return 0


def _checked_file(source: str) -> str:
    from gitward.policy.load import load_file

    path = os.path.abspath(source)
    load_file(path)
    return path


def _print_done(done: Done, nothing: str = "") -> None:
    for word in dict.fromkeys(what for _, what in done.hooks):
        names = ", ".join(name for name, what in done.hooks if what == word)
        click.echo(f"{word} in {visible(done.folder)}: {names}")
    if not done.hooks and nothing:
        click.echo(f"{nothing}: {visible(done.folder)}")
    for remark in done.remarks:
        click.echo(f"  note: {visible(remark)}")


# --- servers ----------------------------------------------------------------------------------------------------------


def _public(recovery: str) -> str:
    """The key as it is written; raises GitwardError for what is none."""
    if not recovery:
        return ""
    from gitward.tlog import note

    return str(note.public_key(recovery.strip()))


def _servers(server: str, org: str, recovery: str, settings: Settings | None) -> int:
    from gitward.installer.server import repositories

    if not org:
        if not os.path.isdir(server):
            raise GitwardError(f"there is no folder {server}", f"as the user who receives pushes: git init --bare {server}")
        placed = _place(os.path.abspath(server), settings, recovery)
        if placed.problem:
            raise placed.problem
        _print_placed(placed)
        return 0
    return _print_table(_place_all(list(repositories(os.path.abspath(org))), settings, recovery), os.path.abspath(org))


def _place_all(paths: list[str], settings: Settings | None, recovery: str) -> list[Placed]:
    from gitward.cli.progress import Progress

    done = []
    with Progress(f"of {len(paths)} repositories") as progress:
        for path in paths:
            done.append(_place(path, settings, recovery))
            progress(len(done))
    return done


def _place(path: str, settings: Settings | None, recovery: str) -> Placed:
    """One repository; what goes wrong with it is part of the answer."""
    from gitward.installer import server
    from gitward.installer.program import this_program

    try:
        return server.remove(path) if settings is None else server.install(path, this_program(), settings, recovery)
    except GitwardError as problem:
        return server.Placed(path=path, what="refused", problem=problem)
    except OSError as problem:
        return server.Placed(path=path, what="refused", problem=GitwardError(str(problem)))


def _print_placed(placed: Placed) -> None:
    click.echo(f"{placed.what} pre-receive of {visible(placed.path)}")
    for remark in placed.remarks:
        click.echo(f"  note: {visible(remark)}")


def _print_table(placed: list[Placed], folder: str) -> int:
    """One line per repository and one with the sums; the worst exit code of all, 2 before 3."""
    if not placed:
        raise UsageError(f"there is no bare repository below {folder}", "give the folder that holds them")
    for each in placed:
        click.echo(f"{each.what:<10} {visible(os.path.relpath(each.path, folder))}")
        for remark in each.remarks:
            click.echo(f"  note: {visible(remark)}")
        if each.problem:
            click.echo(f"  error: {visible(str(each.problem))}")
            if each.problem.fix:
                click.echo(f"  fix: {visible(each.problem.fix)}")
    counts = {word: sum(each.what == word for each in placed) for word in dict.fromkeys(each.what for each in placed)}
    what = "repository" if len(placed) == 1 else "repositories"
    click.echo(f"{len(placed)} {what}: {', '.join(f'{count} {word}' for word, count in counts.items())}")
    codes = [each.problem.exit_code for each in placed if each.problem]
    return min(codes, default=0)
