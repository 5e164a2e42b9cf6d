"""What the environment of a server hook says of a push: claims, and never more, since over a path the pusher sets it.

Source: githooks(5) (GIT_PUSH_OPTION_*), ssh(1) (SSH_CONNECTION, SSH_CLIENT), RFC 3875 (REMOTE_ADDR).
"""

from __future__ import annotations

from gitward.audit.session import session_id
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS_KEPT = 20
_MOST = 100_000


@record
class Claims:
    """`session` joins the events of one push, `repository` is the real path of its git directory ('' where there is none).

    `address` is the client's, '' where nothing says it; `transport` "ssh", "http" or '' accordingly. `options` are the
    first push options, `option_count` how many came. `user` is who a CI system says has started the job.
    """

    session: str = ""
    repository: str = ""
    address: str = ""
    transport: str = ""
    options: tuple[str, ...] = ()
    option_count: int = 0
    user: str = ""


NOTHING = Claims()


def of_push(environment: Mapping[str, str], repository: str) -> Claims:
    """What a hook of `git receive-pack` was told, before its environment is cleaned."""
    address, transport = _client(environment)
    said = environment.get("GIT_PUSH_OPTION_COUNT", "")
    count = min(int(said), _MOST) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    options = tuple(environment.get(f"GIT_PUSH_OPTION_{number}", "") for number in range(min(count, OPTIONS_KEPT)))
    return Claims(session=session_id(), repository=repository, address=address, transport=transport, options=options,
                  option_count=count)  # fmt: skip


def _client(environment: Mapping[str, str]) -> tuple[str, str]:
    for name in ("SSH_CONNECTION", "SSH_CLIENT"):
        words = environment.get(name, "").split(" ")
        if words[0]:
            return words[0], "ssh"
    address = environment.get("REMOTE_ADDR", "")
    return address, "http" if address else ""
