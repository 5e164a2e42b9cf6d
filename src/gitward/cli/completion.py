"""`gitward completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click

_INSTALL = {
    "bash": "gitward completion bash > ~/.local/share/bash-completion/completions/gitward",
    "zsh": "gitward completion zsh > ~/.zfunc/_gitward    (~/.zfunc being in $fpath before compinit)",
    "fish": "gitward completion fish > ~/.config/fish/completions/gitward.fish",
}


@click.command(epilog="exit codes: 0 printed, 2 usage")
@click.argument("shell", type=click.Choice(list(_INSTALL)))
def completion(shell: str) -> int:
    """Print the completion script of a shell.

    \b
    examples:
      gitward completion bash > ~/.local/share/bash-completion/completions/gitward
      gitward completion fish > ~/.config/fish/completions/gitward.fish
    """
    from click.shell_completion import get_completion_class

    from gitward.cli.main import gitward

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"this click cannot complete for {shell}")
    script = found(gitward, {}, "gitward", "_GITWARD_COMPLETE").source().strip()
    first, *rest = script.split("\n")
    comment = f"# to install: {_INSTALL[shell]}"
    # zsh wants its #compdef line first
    lines = [first, comment, *rest] if first.startswith("#compdef") else [comment, first, *rest]
    click.echo("\n".join(lines))
    return 0
