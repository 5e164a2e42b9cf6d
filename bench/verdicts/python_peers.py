"""What peers from PyPI say to messages: JSON cases on stdin, a JSON list of true (accepted) or false on stdout.

Run by verdicts/run.py with the interpreter that they are installed for; nothing of gitward is imported here.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def gitlint(ask: dict[str, Any], message: str, _people: dict[str, Any]) -> bool:
    from gitlint import rules
    from gitlint.contrib.rules import conventional_commit, disallow_cleanup_commits, signedoff_by
    from gitlint.git import GitContext

    found = [vars(module) for module in (rules, conventional_commit, disallow_cleanup_commits, signedoff_by)]
    commit = GitContext.from_commit_msg(message).commits[-1]
    for name in ask["rules"]:
        rule = next(module[name] for module in found if name in module)(ask.get("options", {}))
        if isinstance(rule, rules.CommitRule):
            broken = rule.validate(commit)
        elif rule.target is rules.CommitMessageTitle:
            broken = rule.validate(commit.message.title, commit)
        else:
            broken = [line for line in commit.message.body if rule.validate(line, commit)]
        if broken:
            return False
    return True


def commitizen(ask: dict[str, Any], message: str, _people: dict[str, Any]) -> bool:
    from commitizen.config.base_config import BaseConfig
    from commitizen.cz.conventional_commits import ConventionalCommitsCz
    from commitizen.cz.jira import JiraSmartCz
    from commitizen.defaults import DEFAULT_SETTINGS

    plugin = (JiraSmartCz if ask.get("jira") else ConventionalCommitsCz)(BaseConfig())
    return plugin.validate_commit_message(
        commit_msg=message, pattern=re.compile(plugin.schema_pattern()), allow_abort=False, max_msg_length=None,
        allowed_prefixes=ask.get("allowed_prefixes", DEFAULT_SETTINGS["allowed_prefixes"]), commit_hash="",
    ).is_valid  # fmt: skip


def conventional_pre_commit(ask: dict[str, Any], message: str, _people: dict[str, Any]) -> bool:
    from conventional_pre_commit.format import Commit, ConventionalCommit

    if ask.get("wants") == "autosquash":
        return not Commit(message).has_autosquash_prefix()
    if ask.get("wants") == "merge":
        return Commit(message).is_merge()
    options = {key: ask[key] for key in ("types", "scopes", "scope_optional") if key in ask}
    return ConventionalCommit(commit_msg=message, **options).is_valid()


def commit_check(ask: dict[str, Any], message: str, _people: dict[str, Any]) -> bool:
    from commit_check import engine
    from commit_check.rule_builder import ValidationRule
    from commit_check.rules_catalog import COMMIT_RULES

    kinds = {"message": "CommitMessage", "subject_max_length": "SubjectLength", "subject_min_length": "SubjectLength",
             "require_signed_off_by": "Signoff", "subject_capitalized": "SubjectCapitalization", "require_body": "Body"}
    entry = next((entry for entry in COMMIT_RULES if entry.check == ask["check"]), None)
    regex = ask.get("regex", entry and entry.regex)
    rule = ValidationRule(check=ask["check"], regex=regex, value=ask.get("value"), error="x", suggest="x")
    validator = getattr(engine, kinds.get(ask["check"], "CommitType") + "Validator")(rule)
    result = validator.validate(engine.ValidationContext(stdin_text=message, no_banner=True))
    return result != engine.ValidationResult.FAIL


def dco_check(ask: dict[str, Any], message: str, people: dict[str, Any]) -> bool:
    from dco_check.dco_check import CommitInfo, process_commits

    title, _, body = message.partition("\n\n")
    who = people["author"]
    commit = CommitInfo("abc", title, body.split("\n") if body else [], who["name"], who["email"], ask.get("merge", False))
    return not process_commits([commit], ask.get("check_merges", False))


def committed(ask: dict[str, Any], message: str, _people: dict[str, Any]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "committed.toml").write_text(ask.get("config", ""))
        program = Path(sys.executable).parent / "committed"
        command = [str(program), "--commit-file=-", "--config", f"{folder}/committed.toml"]
        done = subprocess.run(command, input=message.encode(), capture_output=True, cwd=folder, check=False)
        return done.returncode == 0


def semantic_release(ask: dict[str, Any], message: str, _people: dict[str, Any]) -> bool:
    from git import Repo
    from git.objects.commit import Commit
    from semantic_release.commit_parser.conventional import ConventionalCommitParser
    from semantic_release.commit_parser.token import ParsedCommit

    with tempfile.TemporaryDirectory() as folder:
        commit = Commit(repo=Repo.init(folder), binsha=b"\1" * 20, message=message, parents=[])
        results = ConventionalCommitParser().parse(commit)
    parsed = [result for result in (results if isinstance(results, list) else [results]) if isinstance(result, ParsedCommit)]
    if ask.get("wants") == "issues":
        return any(result.linked_issues for result in parsed)
    return bool(parsed)


JUDGES = {
    "gitlint": gitlint, "commitizen": commitizen, "conventional-pre-commit": conventional_pre_commit,
    "commit-check": commit_check, "dco-check": dco_check, "committed": committed,
    "python-semantic-release": semantic_release,
}  # fmt: skip


if __name__ == "__main__":
    answers = []
    for case in json.load(sys.stdin):
        answer = None  # it has no verdict, it broke down
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            answer = JUDGES[case["peer"]](case["ask"], case["message"], case.get("people") or {})
        answers.append(answer)
    print(json.dumps(answers))
