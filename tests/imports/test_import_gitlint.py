"""gitlint's settings: each rule, each option, and nothing dropped without a word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdicts import imported

from gitward.errors import UsageError
from gitward.imports import read
from gitward.imports.gitlint_rules import GENERAL, IDS, OPTIONS
from gitward.imports.write import write
from gitward.record import values
from soaking import examples


def entries(text: str) -> dict[str, dict[str, object]]:
    """Entry id -> its rule and the options that are not the rule's defaults."""
    return {
        entry.id: {"rule": entry.rule.name, **{
            name: value for name, value in values(entry.rule).items() if value != entry.rule.__defaults__.get(name)
        }}
        for entry in imported(text, ".gitlint").entries
        if entry.rule.name != "malformed-object"
    }  # fmt: skip


def notes(text: str) -> list[str]:
    return [note.line for note in write(read(text.encode(), ".gitlint"), ".gitlint").notes]


def only(rule: str, text: str = "") -> str:
    """A file in which one rule is on, with these options."""
    others = ", ".join(name for name in OPTIONS if name != rule and not name.startswith("contrib-"))
    contrib = f"contrib = {rule}\n" if rule.startswith("contrib-") else ""
    return f"[general]\n{contrib}ignore = {others}\n[{rule}]\n{text}\n"


@pytest.mark.parametrize(
    ("rule", "text", "entry"),
    [
        ("title-max-length", "line-length=50", {"rule": "subject-length", "min": 0, "max": 50, "unit": "code-points"}),
        ("title-min-length", "min-length = 9", {"rule": "subject-length", "min": 9, "max": 10_000, "unit": "code-points"}),
        ("title-trailing-punctuation", "", {"rule": "subject-style", "trailing_punctuation": "?:!.,;", "white_space": False,
                                            "blank_second_line": False}),
        ("body-first-line-empty", "", {"rule": "subject-style", "trailing_punctuation": "", "white_space": False}),
        ("title-must-not-contain-word", "words=WIP, todo", {"rule": "subject-pattern", "pattern": r"(?i)\b(?:wip|todo)\b",
                                                            "negate": True}),
        ("title-match-regex", "regex=^US[0-9]*", {"rule": "subject-pattern", "pattern": "^US[0-9]*"}),
        ("title-match-regex", "regex=^100%% done", {"rule": "subject-pattern", "pattern": "^100% done"}),
        ("body-max-line-length", "line-length=100", {"rule": "body-line-length", "max": 100}),
        ("body-is-missing", "", {"rule": "body-required"}),
        ("body-is-missing", "ignore-merge-commits=false", {"rule": "body-required", "merges": "judge"}),
        ("contrib-title-conventional-commits", "types=a,b", {"rule": "conventional-commit", "types": ("a", "b"),
                                                             "case": "exact"}),
        ("contrib-body-requires-signed-off-by", "", {"rule": "signed-off-by"}),
        ("contrib-disallow-cleanup-commits", "", {"rule": "no-fixup"}),
    ],
)  # fmt: skip
def test_one_rule(rule, text, entry):
    assert list(entries(only(rule, text)).values()) == [entry]


def test_white_space_in_the_title():
    text = "[general]\nignore=" + ",".join(set(IDS) - {"T2", "T4", "T6"})
    assert entries(text)["title-white-space"]["pattern"] == r"^\s|\s$|\t"
    assert entries(text.replace("ignore=", "ignore=T2, title-hard-tab,"))["title-white-space"]["pattern"] == r"^\s"


def test_rules_are_on_by_default_and_merges_can_be_judged():
    default = entries("[general]\nverbosity=3\n")
    assert list(default) == [
        "subject-length", "subject-style", "title-white-space", "title-words", "body-line-length", "body-required",
        "author-email",
    ]  # fmt: skip
    judged = {name: each.get("merges") for name, each in entries("[general]\nignore-merge-commits=false\n").items()}
    assert judged == {**dict.fromkeys(default, "judge"), "author-email": None}


def test_named_rules_are_entries_of_their_own():
    found = entries("[title-match-regex:ticket]\nregex=PROJ\n[T7]\nregex=^[a-z]\n[T1: long]\nline-length=9\n")
    assert found["title-regex-ticket"]["pattern"] == "PROJ"
    assert found["title-regex"]["pattern"] == "^[a-z]"
    assert (found["subject-length-long"]["max"], found["subject-length-long"]["min"]) == (9, 0)
    off = "[general]\nignore=T7:ticket\n[title-match-regex:ticket]\nregex=PROJ\n"
    assert "title-regex-ticket" not in entries(off)
    assert "gitlint title-match-regex:ticket: off: `ignore` names it" in notes(off)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (only("title-match-regex", r"regex=^(?!WIP)"), "not importable: pattern '^(?!WIP)' is not one that RE2 takes"),
        (only("title-match-regex", r"regex=(a)\1"), "not importable: pattern"),
        (only("title-must-not-contain-word", "words=("), "not importable: pattern"),
        (only("title-max-length", "line-length=0"), "(line-length = 0): not importable: 0 is too small"),
        (only("title-max-length", "line-length=many"), "(line-length = many): not importable: 'many' is not a whole number"),
        (only("body-min-length"), "no equivalent: a body that may be missing has no least length here"),
        (only("body-match-regex", "regex=Tag: x$"), "gitlint body-match-regex (regex = Tag: x$): no equivalent"),
        (only("body-changed-file-mention", "files=a,b"), "body-changed-file-mention (files = a,b): no equivalent"),
        (only("ignore-by-title", "regex=^x"), "gitlint ignore-by-title (regex = ^x): no equivalent: text that its author"),
        (only("ignore-by-author-name", "regex=bot"), "gitlint ignore-by-author-name (regex = bot): no equivalent"),
        (only("ignore-by-body"), "gitlint ignore-by-body: off: it has no pattern"),
        ("[general]\nignore = all\n", "gitlint title-max-length: off: `ignore` names it"),
        (only("contrib-allowed-authors"), "gitlint contrib-allowed-authors: no equivalent"),
        ("[general]\ncontrib=nobody\n", "[general] contrib = nobody: no equivalent"),
        ("[contrib-disallow-cleanup-commits]\n", "[contrib-disallow-cleanup-commits]: off: `contrib` does not name it"),
        ("[general]\nextra-path=rules/\n", "[general] extra-path = rules/: no equivalent: user-defined rules are programs"),
        ("[general]\nstrange=1\n", "[general] strange = 1: no equivalent: gitlint knows no such option"),
        ("[T1]\nstrange=1\n", "[T1] strange: no equivalent: gitlint knows no such option"),
        ("[mine]\nx=1\n", "[mine]: no equivalent: no rule of gitlint's own"),
        ("[DEFAULT]\nx=1\n", "[DEFAULT]: no equivalent"),
    ],
)
def test_what_is_said_of_the_rest(text, said):
    assert [line for line in notes(text) if said in line], notes(text)


@pytest.mark.parametrize(
    ("style", "regex", "emails"),
    [
        ("", "", r".*(?:^[^@ ]+@[^@ ]+\.[^@ ]+).*"),
        ("", "regex=[a-z]+@example.com$", "(?:[a-z]+@example.com$).*"),
        ("regex-style-search=true\n", "regex=@example.com$", ".*(?:@example.com$).*"),
    ],
)
def test_addresses_are_found_as_gitlint_finds_them(style, regex, emails):
    text = only("author-valid-email", regex).replace("[general]\n", f"[general]\n{style}")
    assert entries(text) == {
        "author-email": {"rule": "ident", "who": ("author",), "emails": emails, "placeholders": "allow"}
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[T1]\nline-length=1\nline-length=2\n", ".gitlint:3: gitlint could not read this: duplicate option"),
        (b"[T1]\n[T1]\n", ".gitlint:2: gitlint could not read this: duplicate section"),
        (b"line-length=1\n[T1]\n", ".gitlint:1: gitlint could not read this: missing section header"),
        (b"[T1]\nno sense\n", "gitlint could not read this: parsing"),
        (b"[T1]\nline-length=%(a)s\n", "line-length in [T1] holds a % that gitlint would interpolate"),
        (b"[T1]\na=\xff\n", ".gitlint:2: byte 0xff is not UTF-8"),
        (b"[T1]\na=\x00\n", ".gitlint:2: the control character U+0000 is refused"),
        (b"#" * 300_000, "settings of at most 262144 bytes are read"),
    ],
)
def test_bad_files(data, said):
    with pytest.raises(UsageError) as caught:
        read(data, ".gitlint", "gitlint")
    assert said in str(caught.value)


SECTIONS = st.dictionaries(
    st.sampled_from([*OPTIONS, *IDS, "T7:x", "B1:y"]),
    st.dictionaries(st.sampled_from(["line-length", "regex", "words", "types", "min-length", "files"]),
                    st.text(alphabet="aWP01,^$(é \u202e\"\\", max_size=6), max_size=2),
    max_size=4,
)  # fmt: skip


@settings(max_examples=examples(100), deadline=None)
@given(
    sections=SECTIONS,
    ignored=st.lists(st.sampled_from([*OPTIONS, *IDS]), max_size=4),
    general=st.dictionaries(st.sampled_from(list(GENERAL)), st.just("true"), max_size=3),
)
def test_every_setting_is_an_entry_or_a_note(sections, ignored, general):
    general = {**general, "ignore": ",".join(ignored)}
    lines = ["[general]", *(f"{key} = {value}" for key, value in general.items())]
    for name, options in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in options.items())]
    try:
        found = read("\n".join(lines).encode(), ".gitlint", "gitlint")
    except UsageError:
        return
    written = [each for proposal in found.proposals for each in proposal.settings]
    said = "\n".join([*written, *(note.line for note in found.notes)])
    off = {IDS.get(each, each) for each in ignored}
    for name, options in sections.items():
        full = IDS.get(name.partition(":")[0], name.partition(":")[0])
        assert full in said or f"[{name}]" in said
        for key, value in options.items():
            if value.strip() and full not in off:
                assert f"{key} = " in said or f"[{name}] {key}: " in said or ": off: " in said
