"""Raw commit and tag bytes -> Commit, Tag: the canonical gate.

Readers of git objects disagree: of two `author` headers some take the first and some the last, some stop at NUL, some
read a signature out of the body. So there is one accepted form; any other is `malformed`, with the reason, and the rule
`malformed-object` denies it. The form is what git's own fsck asks for, and narrower where git's readers differ;
tests/test_gitobject.py has both verdicts side by side.
"""

from gitward.gitobject.commit import LISTED_HEADERS, draft_commit, is_listed, parse_commit
from gitward.gitobject.tag import parse_tag

__all__ = ["LISTED_HEADERS", "draft_commit", "is_listed", "parse_commit", "parse_tag"]
