"""Groups of commands, and those whose commands are imported only when they are asked for."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Group(click.Group):
    """Lists its commands with their whole first sentences; click's own listing cuts them where the line ends."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, self._summary(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _summary(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(limit=1_000) if command else ""


class LazyGroup(Group):
    """`commands_of` names each command's place, `module:name`; the order is that of the help."""

    def __init__(self, *args: Any, commands_of: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.commands_of = commands_of

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_of)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = self.commands_of.get(cmd_name)
        if target is None:
            return None
        module, _, name = target.partition(":")
        return getattr(__import__(module, fromlist=[name]), name)  # type: ignore[no-any-return]
