"""Changes for the rules about how a message is worded: `subject-imperative`."""

from __future__ import annotations

from items import GOOD, Draft, Table, titled

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

TABLES = (command,)
