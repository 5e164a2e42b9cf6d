"""GitHub Actions: workflow commands that become annotations, and a page for the job summary.

Source: GitHub's documentation, "Workflow commands for GitHub Actions"; the escapes are those that the runner undoes
(actions/runner, ActionCommand). One annotation for each entry: GitHub shows ten of a kind for a step.
"""

from __future__ import annotations

from gitward.render import text, waived
from gitward.render.escape import visible
from gitward.render.findings import level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Decision
    from gitward.render.text import Line

_COMMAND = {"error": "error", "warning": "warning", "note": "notice"}
_WAIVED = {"waived": "notice", "break-glass": "warning"}  # the labels of blocks that are none of an entry's severity


def render(decision: Decision) -> str:
    """One workflow command for each block of the text report, then that report's last line."""
    return "".join(f"{line}\n" for line in (*_annotations(decision), text.plain([text.last_line(decision)])))


def summary(decision: Decision) -> str:
    """The text report as Markdown, for the file that GITHUB_STEP_SUMMARY names. Nothing in it is read as Markdown."""
    report = text.render(decision)
    fence = "```"
    while fence in report:
        fence += "`"
    return f"### gitward: {decision.outcome}\n\n{fence}text\n{report}{fence}\n"


def _annotations(decision: Decision) -> Iterator[str]:
    for _, paragraph in _paragraphs(waived.alarm(decision)):
        yield _command("warning", "break-glass", paragraph)
    for result in decision.results:
        for label, paragraph in _paragraphs(text.block(decision, result)):
            yield _command(_WAIVED.get(label) or _COMMAND[level(decision, result)], result.entry, paragraph)
    if decision.failure:
        for _, paragraph in _paragraphs(text.failure_lines(decision.failure)):
            yield _command("error", decision.failure.reason, paragraph)
    for notice in decision.notices:
        yield _command("notice", "note", visible(notice))


def _paragraphs(lines: Iterator[Line]) -> Iterator[tuple[str, str]]:
    """Each label with its line and those that follow and have none; escaped for people, not yet for the runner."""
    paragraph: list[Line] = []
    for line in lines:
        if line[0] and paragraph:
            yield paragraph[0][0], text.plain(paragraph)
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph[0][0], text.plain(paragraph)


def _command(name: str, title: str, message: str) -> str:
    """`::error title=...::...`, escaped as the runner undoes it."""
    return f"::{name} title={_property(visible(f'gitward: {title}'))}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
