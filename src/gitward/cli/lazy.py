"""Groups whose commands are imported only when they are asked for."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class LazyGroup(click.Group):
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
