"""What a server needs so that pushes can be signed, where one of its policies wants them to be."""

from __future__ import annotations

from gitward import gitcommand
from gitward.doctor.finding import fail, ok, warn
from gitward.doctor.policies import readable
from gitward.installer import seed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding

_SLOP = "receive.certNonceSlop"


def check_signed_pushes(path: str, given: list[str]) -> Iterator[Finding]:
    """Nothing where no policy asks for signed pushes."""
    policies = readable(path, given)
    if not seed.asks(policies):
        return
    yield from _seed(path)
    slop = gitcommand.setting(path, _SLOP, "int") or "0"
    allowed = min(rule.slop for policy in policies for entry in policy.entries if hasattr(rule := entry.rule, "push_urls"))
    if slop != "0":
        yield ok(_SLOP, f"{slop} s: so much older may a nonce be over HTTP, whatever the policy says")
    elif allowed == 0 and gitcommand.setting(path, "http.receivepack", "bool") == "true":
        yield warn(
            _SLOP,
            "is not set, and the policy lets no nonce be older: over HTTP most signed pushes are denied",
            "slop: 1m in the entry for signed-push",
        )
    else:
        yield ok(_SLOP, f"0; over HTTP the policy lets a nonce be {allowed} s old")


def _seed(path: str) -> Iterator[Finding]:
    install = f"gitward install --server {path}, with the options of its hook"
    if not gitcommand.setting(path, seed.SETTING):
        yield fail(seed.SETTING, "is not set: no push can be signed, and the policy wants every push to be", install)
        return
    if not seed.own(path):
        yield warn(
            seed.SETTING, "is the same for several repositories: a push signed for one could be sent to another", install
        )
    elif seed.is_open(config := seed.config_of(path)):
        yield warn(
            seed.SETTING,
            f"{config} holds it and can be read by others than its owner",
            f"chmod go-r {config}, if no other user reads this repository",
        )
    else:
        yield ok(seed.SETTING, "is set, and this repository's own")
