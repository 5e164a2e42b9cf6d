"""Changes for the rules about how a message is worded, and about its trailers: `subject-imperative`, `trailers`."""

from __future__ import annotations

from items import GOOD, SENTENCE, Draft, Table, titled

command = Table("subject-imperative")
command.reject("past", titled("fix: handled names"), zone="command")
command.reject("gerund", titled("fix: handling names"), zone="command")
command.reject("third-person", titled("fix: handles names"), zone="command")
command.reject("irregular", titled("fix: made names unique"), zone="command")
command.reject("doubled-letter", titled("fix: dropped names"), zone="command")
command.reject("plural-with-an-object", titled("fix: tests the parser"), zone="command")
command.reject("after-a-scope", titled("feat(api)!: adding names"), zone="command")
command.reject("after-two-prefixes", titled("fix: net: sends names"), zone="command")
command.reject("after-a-mark", titled("fixup! fix: wrote names"), also="no-fixup", zone="command")
command.reject("before-a-comma", titled("fix: removed, at last, names"), zone="command")
command.reject("again", titled("fix: re-added names"), zone="command")
command.reject("crlf", titled("fix: handled names").replace("\n", "\r\n"), zone="command")
command.reject("below-blank-lines", "\n\n" + titled("fix: handled names"), zone="command")
command.reject("second-of-two-commits", titled("fix: added names"), Draft(GOOD.encode(), ("~",)), zone="command")
command.accept("command", GOOD, zone="command")
command.accept("embed", titled("fix: embed names in paths"), zone="command")
command.accept("bring", titled("fix: bring names back"), zone="command")
command.accept("status", titled("docs: status report"), zone="command")
command.accept("process", titled("fix: process names first"), zone="command")
command.accept("always", titled("fix: always use names"), zone="command")
command.accept("plural", titled("fix: tests for names"), zone="command")
command.accept("adjective", titled("fix: nested names"), zone="command")
command.accept("quoted", titled("fix: `added` is a name"), zone="command")
command.accept("digit", titled("fix: 64 names were read"), zone="command")
command.accept("acronym", titled("docs: README names paths"), zone="command")
command.accept("chinese", titled("fix: 处理名前"), zone="command")
command.accept("allowed", titled("docs: deprecated names"), zone="command")
command.accept("in-the-body", titled("fix: handle names", "Handled names. Fixes paths."), zone="command")
command.accept("elsewhere", titled("fix: handled names"), zone="free")

ANN = "Reviewed-by: Ann <ann@example.com>"


def trailed(*lines: str, body: str = SENTENCE) -> str:
    """A message in which all but the trailers is right."""
    return titled("fix: handle names in paths", body, "\n".join(["Refs: PROJ-12", *lines]))


trailers = Table("trailers")
trailers.reject("none", GOOD, zone="trailed")
trailers.reject("empty", trailed("Reviewed-by:"), zone="trailed")
trailers.reject("name-only", trailed("Reviewed-by: Ann"), zone="trailed")
trailers.reject("more-behind-it", trailed(f"{ANN}, at last"), zone="trailed")
trailers.reject("second-of-another-form", trailed(ANN, "reviewed-by: Bob"), zone="trailed")
trailers.reject("twice", trailed(ANN, "Change-Id: I1", "Change-Id: I1"), zone="trailed")
trailers.reject("twice-in-other-case", trailed(ANN, "Change-Id: I1", "change-id: I2"), zone="trailed")
trailers.reject("misspelt", trailed("Reviewd-by: Ann <ann@example.com>"), zone="trailed")
trailers.reject("unknown", trailed(ANN, "Note: read this"), zone="trailed")
trailers.reject("above-the-trailers", trailed(body=f"{SENTENCE}\n\n{ANN}"), zone="trailed")
trailers.reject("in-prose", trailed(body=f"This says {ANN}."), zone="trailed")
trailers.reject("crlf", GOOD.replace("\n", "\r\n"), zone="trailed")
trailers.reject("second-of-two-commits", trailed(ANN), Draft(GOOD.encode(), ("~",)), zone="trailed")
trailers.accept("one", trailed(ANN), zone="trailed")
trailers.accept("two", trailed(ANN, "Reviewed-by: Bob <bob@example.com>"), zone="trailed")
trailers.accept("lower-case-key", trailed(ANN.replace("Reviewed", "reviewed")), zone="trailed")
trailers.accept("blank-before-the-colon", trailed(ANN.replace(":", " :")), zone="trailed")
trailers.accept("folded", trailed("Reviewed-by: Ann", " <ann@example.com>"), zone="trailed")
trailers.accept("change-id", trailed(ANN, "Change-Id: I1"), zone="trailed")
trailers.accept("unknown-in-the-body", trailed(ANN, body=f"{SENTENCE}\n\nNote: read this"), zone="trailed")
trailers.accept("picked", trailed(ANN) + "\n(cherry picked from commit {base})\n", zone="trailed")
trailers.accept("below-a-line-of-dashes", trailed(ANN, body=f"{SENTENCE}\n\n---\nupdated: names"), zone="trailed")
trailers.accept("with-crlf", trailed(ANN).replace("\n", "\r\n"), zone="trailed")
trailers.accept("elsewhere", trailed("Note: read this"), zone="free")

TABLES = (command, trailers)
