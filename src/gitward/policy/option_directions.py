"""Which comparison of `directions` tells the way of each rule's options. One that does not stand here is `unknown`."""

from __future__ import annotations

from gitward.policy.directions import (
    allowed,
    allowed_or_all,
    allowed_paths,
    allowed_paths_or_all,
    allowed_refs,
    at_least,
    at_most,
    demand,
    denied,
    denied_paths,
    exception,
    further,
    ranked,
    unknown,
    wording,
)
from gitward.policy.rights_directions import granted, members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.policy.directions import Comparison

_MERGES = {"merges": ranked(("skip", "judge"))}
OPTIONS: dict[str, dict[str, Comparison]] = {
    "malformed-object": {"headers": allowed},
    "message-encoding": {"allow": allowed},
    "subject-length": {"min": at_least, "max": at_most, "unit": unknown, **_MERGES},
    "subject-pattern": {"pattern": unknown, "negate": unknown, "description": wording, **_MERGES},
    "subject-style": {
        "trailing_punctuation": denied,
        "white_space": demand,
        "case": ranked(("any", "lower"), ("any", "sentence")),
        "blank_second_line": demand,
        **_MERGES,
    },
    "body-required": {"min": at_least, "unless_types": allowed, **_MERGES},
    "body-line-length": {"max": at_most, "exempt_lines": exception, **_MERGES},
    "conventional-commit": {
        "types": allowed_or_all,
        "scopes": allowed_or_all,
        "case": ranked(("ignore", "exact")),
        "require_scope": demand,
        "breaking": ranked(("allow", "explain", "forbid")),
        **_MERGES,
    },
    "subject-imperative": {"allow": allowed, **_MERGES},
    "ticket-reference": {
        "pattern": unknown,
        "in": allowed,
        "count": at_least,
        "allow": allowed,
        "lookup": further,
        "state": ranked(("exists", "open")),
        "on_outage": ranked(("allow", "warn", "deny")),
        **_MERGES,
    },
    "ai-attribution": {"want": ranked(("allowed", "disclosed"), ("allowed", "forbidden")), "agents": unknown},
    "trailers": {"keys": unknown, "others": ranked(("allow", "refuse")), **_MERGES},
    "revert-reference": {"reason": demand},
    "signed-off-by": {"by": ranked(("either", "author"), ("either", "committer")), **_MERGES},
    "ident": {
        "who": denied,
        "names": further,
        "emails": further,
        "domains": allowed_or_all,
        "addresses": allowed_or_all,
        "mailmap": further,
        "placeholders": ranked(("allow", "refuse")),
    },
    "commit-dates": {
        "skew": at_most,
        "not_before": unknown,
        "after_author": demand,
        "after_parents": demand,
    },
    "signed-commit": {
        "formats": allowed,
        "signer": ranked(("either", "author"), ("either", "committer")),
        "validity": unknown,
        "unknown_first_seen": ranked(("signature", "now")),
        "forges": ranked(("exempt", "refuse")),
        **_MERGES,
    },
    "signed-tag": {
        "formats": allowed,
        "tag_name": ranked(("last-part", "exact")),
        "target": ranked(("any", "commit", "signed")),
        "validity": unknown,
        "unknown_first_seen": ranked(("signature", "now")),
    },
    "signed-push": {"push_urls": allowed, "slop": at_most, "formats": allowed},
    "no-fixup": {},
    "no-force-push": {},
    "no-ref-deletion": {},
    "ref-name": {"pattern": unknown},
    "ref-namespace": {"allow": allowed_refs, "tag_name": ranked(("last-part", "exact"))},
    "linear-history": {},
    "clean-merge": {"conflicts": ranked(("allow", "refuse"))},
    "changed-paths": {
        "deny": denied_paths,
        "allow": allowed_paths_or_all,
        "kinds": allowed,
        "names": ranked(("any", "plain", "portable")),
        "max_length": at_most,
        "collisions": ranked(("allow", "refuse")),
    },
    "file-size": {"max": at_most, "paths": denied_paths, "allow": allowed_paths, "lfs": exception},
    "secret-files": {"deny": denied_paths, "allow": allowed_paths},
    "secret-content": {"allow": allowed_paths, "known": allowed, "unless_kinds": allowed},
    "access": {"grants": granted, "members": members},
    "push-limits": {"commits": at_most, "updates": at_most, "files": at_most, "bytes": at_most},
}
