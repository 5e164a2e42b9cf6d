"""A decision as text, one file per format. A renderer is a function of the decision alone and escapes what it shows."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision

# name on the command line -> module; only the one that is asked for is imported
FORMATS = {
    "text": "text",
    "json": "json_report",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "gitlab": "gitlab",
}
DOCS = "docs/rules.md"  # a relative reference: it holds in a checkout and on any forge


def docs_url(rule: str) -> str:
    """Where a rule is documented, as an RFC 3986 relative reference."""
    return f"{DOCS}#{rule}"


def render(name: str, decision: Decision, **options: Any) -> str:
    """A decision in one of FORMATS. Only `text` takes options (`text.render`). Raises KeyError for another name."""
    module = FORMATS[name]
    renderer = __import__(f"{__name__}.{module}", fromlist=["render"])
    return renderer.render(decision, **options)  # type: ignore[no-any-return]
