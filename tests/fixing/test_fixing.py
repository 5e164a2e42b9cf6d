"""What is put right, what is left alone, and that a fix says what the message said."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixes import EVERY, decide, fixed, policy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitward.fixing import propose
from gitward.fixing.propose import MENDERS, TIDY
from gitward.message import parse
from soaking import examples
from timing import cpu_within

STYLE, LOWER, SENTENCE = "{rule: subject-style}", "{rule: subject-style, case: lower}", "{rule: subject-style, case: sentence}"
TYPES = "{rule: conventional-commit, types: [feat, fix], case: exact}"
WIDTH, SIGNED, SEEN = "{rule: body-line-length, max: 40}", "{rule: signed-off-by}", "{rule: message-encoding}"
ANN, BOB = "Signed-off-by: Ann <ann@example.com>", "Signed-off-by: Bob <bob@example.com>"

PUT_RIGHT = [
    (STYLE, "handle UTF-8.", "handle UTF-8\n"),
    (STYLE, "handle UTF-8...", "handle UTF-8\n"),
    (STYLE, "处理 UTF-8。\n", "处理 UTF-8\n"),
    (STYLE, "  handle\t UTF-8 \n", "handle UTF-8\n"),
    (STYLE, '  handle "a b" \n', 'handle "a b"\n'),
    (STYLE, "\n\n handle UTF-8\n\n\n", "handle UTF-8\n"),
    (STYLE, "handle UTF-8\nand more\n", "handle UTF-8\n\nand more\n"),
    (STYLE, f"handle UTF-8\n{ANN}\n", f"handle UTF-8\n\n{ANN}\n"),
    (STYLE, "handle UTF-8.\r\n\r\ntext  \r\n", "handle UTF-8\n\ntext\n"),
    (LOWER, "feat(api): Add arrays", "feat(api): add arrays\n"),
    (LOWER, "A further word", "a further word\n"),
    (SENTENCE, "net: ipv4: add arrays", "net: ipv4: Add arrays\n"),
    (TYPES, "Feat(api): Add arrays", "feat(api): Add arrays\n"),
    (TYPES, "FIX!: x\ny", "fix!: x\n\ny\n"),
    (TYPES, "fix:  x", "fix: x\n"),
    (SEEN, "\ufeff\u200bfix: x\n", "fix: x\n"),
    (SEEN, "fix: x\r\r\n", "fix: x\n"),
    (SIGNED, f"x\n\n{ANN}\n{BOB}\n{ANN}\n", f"x\n\n{ANN}\n{BOB}\n"),
    (WIDTH, "x\n\nThis line of prose goes on and on, well beyond it.\n",
     "x\n\nThis line of prose goes on and on, well\nbeyond it.\n"),
    (WIDTH, "x\n\nThis line of prose goes on and on, well beyond\nit, as people write when they do not\nlook.\n\nMore.\n",
     "x\n\nThis line of prose goes on and on, well\nbeyond it, as people write when they do\nnot look.\n\nMore.\n"),
    (WIDTH, "x\n\n- This line of prose goes on and on, well beyond.\n- next\n",
     "x\n\n- This line of prose goes on and on,\n  well beyond.\n- next\n"),
    (WIDTH, "x\n\nThis line of prose goes on, and on `with code` too.\n",
     "x\n\nThis line of prose goes on, and on\n`with code` too.\n"),
    (WIDTH, "x\n\nThis line of prose goes on and on, see #12 below.\n",
     "x\n\nThis line of prose goes on and on,\nsee #12 below.\n"),
    (WIDTH, "x\n\nThis line of prose goes on, and says: note: it.\n",
     "x\n\nThis line of prose goes on,\nand says: note: it.\n"),
    (WIDTH, f"x\n\nshort one{' ' * 50}\n", "x\n\nshort one\n"),
    (WIDTH, "x\n\nnur Wörter über Wörter über Wörter über Wörter\n", "x\n\nnur Wörter über Wörter über Wörter über\nWörter\n"),
]  # fmt: skip

LEFT_ALONE = [
    (STYLE, "use ..", "a word of its own"),
    (STYLE, "feat:", "a type without a description"),
    (STYLE, "...", "nothing else"),
    (STYLE, 'handle "a  b"', "blanks in quotes"),
    (STYLE, "handle\u3000\u3000UTF-8", "blanks of another script"),
    ("{rule: subject-style, trailing_punctuation: '?)'}", "call foo(x)", "a bracket says something"),
    ("{rule: subject-style, trailing_punctuation: '?)'}", "is it so?", "a question"),
    (LOWER, "Python 3.14 support", "a name"),
    (SENTENCE, "strlen counts bytes", "a command or a name"),
    (STYLE, "fixup! handle UTF-8.", "another commit's subject"),
    (STYLE, "\ufefffixup! handle UTF-8.", "and that one hidden"),
    (LOWER, 'Revert "Add arrays"', "git's own words"),
    (TYPES, "Chore: x", "no type of the policy"),
    (TYPES, "feat:x", "a word would be made of two"),
    ("{rule: conventional-commit, types: [Feat, fEat], case: exact}", "feat: x", "two types that it could be"),
    (SEEN, "fix:\u200b x", "in the middle it may be meant"),
    (SEEN, "fix: a\rb", "a line end of the last century, or a mistake"),
    (SIGNED, f"x\n\n{ANN}\n  and more\n{ANN}\n  and more\n", "folded"),
    (SIGNED, f"x\n\n{ANN}\nsigned-off-by: Ann <ann@example.com>\n", "not letter by letter the same"),
    (WIDTH, "x\n\n    indented text that goes on and on, well beyond it\n", "set out by its author"),
    (WIDTH, "x\n\ngit commit --amend --no-edit --author=x --date=now\n", "a command"),
    (WIDTH, "x\n\nNote: this line of prose goes on and on beyond it\n", "a trailer, nearly"),
    (WIDTH, "x\n\nname    size    age of it in years and in days now\n", "columns"),
    (WIDTH, "x\n\nsee [the whole text](https://example.com/1) for more of it all\n", "a link"),
    (WIDTH, "x\n\nthis line - has - nothing - but - dashes - between - words\n", "no place to break"),
    (WIDTH, "x\n\n```\nThis line of prose goes on and on, well beyond it.\n", "code that nothing ends"),
    ("{rule: subject-length, max: 5}", "handle UTF-8", "for people"),
    (STYLE, b"handle \xff.", "not UTF-8"),
    (STYLE, b"handle\0 UTF-8.", "not text"),
    (STYLE, "x" * (1 << 16) + ".", "a message that nobody typed"),
    (STYLE, "", "nothing there"),
    (STYLE, "\n \n", "nothing but blanks"),
    (STYLE, "good as it is", "nothing to do"),
]


@pytest.mark.parametrize(("entry", "raw", "new"), PUT_RIGHT)
def test_put_right(entry: str, raw: str, new: str) -> None:
    policies = policy(entry)
    fix = fixed(policies, raw)
    assert fix is not None
    assert fix.message.text == new
    assert fix.decision.exit_code == 0
    assert decide(policies, fix.message).exit_code == 0
    assert fixed(policies, fix.message.raw) is None


@pytest.mark.parametrize(("entry", "raw", "why"), LEFT_ALONE)
def test_left_alone(entry: str, raw: str | bytes, why: str) -> None:
    assert fixed(policy(entry), raw) is None, why


def test_what_was_done_is_told_and_the_rest_stays_refused() -> None:
    policies = policy(*EVERY, "{rule: ticket-reference, pattern: 'PAY-[0-9]+', in: [subject]}")
    fix = fixed(policies, f"Feat: Add arrays.\n{ANN}\n{ANN}\n")
    assert fix is not None
    assert fix.message.text == f"feat: add arrays\n\n{ANN}\n"
    assert [entry for entry, _ in fix.done] == ["subject-style"] * 3 + ["conventional-commit", "signed-off-by"]
    assert fix.pieces == (("feat: add arrays", ""), (ANN,), ())
    assert [result.entry for result in fix.decision.results if result.violations] == ["ticket-reference"]


def test_a_fix_that_another_entry_refuses_is_none() -> None:
    asking = "{rule: subject-pattern, pattern: '[.]$'}"
    assert fixed(policy(STYLE, asking), "handle UTF-8.") is None
    assert fixed(policy("{rule: subject-style, severity: warning}", asking), "handle UTF-8.") is None
    below = "{rule: body-required, min: 3}"  # what stands on the second line is no body
    assert fixed(policy(STYLE, below), f"handle UTF-8.\n\n{ANN}\n") is not None


def test_a_fix_that_the_target_branch_would_refuse_is_none() -> None:
    policies = policy("{rule: subject-style, refs: [refs/heads/main]}",
                      "{rule: subject-pattern, pattern: '[.]$', refs: [refs/heads/release]}")  # fmt: skip
    message = parse(b"handle UTF-8.\n")
    assert propose(policies, message, lambda given: decide(policies, given)) is not None
    assert propose(policies, message, lambda given: decide(policies, given, "refs/heads/release")) is None


def test_a_message_in_another_encoding_is_left_alone() -> None:
    policies = policy(STYLE)
    message = parse("naïve.".encode("latin-1"), "latin-1")
    assert propose(policies, message, lambda given: decide(policies, given)) is None


def test_the_docs_list_what_is_done() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "commit-msg.md").read_text()
    listed = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith(("| `", "| any"))]
    done = [[f"`{rule}`", words] for rule, menders in MENDERS.items() for _, words in menders]
    assert listed == [*done, ["any", TIDY]]


# --- properties -------------------------------------------------------------------------------------------------------

LETTERS = st.sampled_from(["a", "B", "é", "字", "1", ".", ",", ":", "`", "#", "-", "*", ">", "(", ")", "!", "\u200b", "\ufeff"])
WORDS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=9),
    st.sampled_from(["Add", "add", "Feat:", "fix:", "feat(api):", "word", "prose", "and", "This", "reverts", "commit", "From",
                     "https://example.com/a", "--option", "BREAKING", "CHANGE:", "1.", "- ", "```", "Key:", "of"]),
)  # fmt: skip
GAPS = st.sampled_from([" ", " ", " ", " ", "  ", "\t"])
LINES = st.one_of(
    st.lists(st.tuples(WORDS, GAPS), max_size=20).map(lambda pairs: "".join(chain for pair in pairs for chain in pair)),
    st.lists(st.sampled_from(["some", "words", "of", "prose", "that", "go", "x:", "#1", "`a", "b`"]), max_size=20).map(" ".join),
    st.sampled_from(["", "", ANN, ANN, BOB, "fixup! x", "    code", "| a | b |"]),
)
MESSAGES = st.lists(LINES, max_size=8).map("\n".join)


def said(text: str) -> tuple[list[str], list[str]]:
    """The words of the subject without case and closing marks, those below it without sign-offs that stand there twice."""
    message = parse(text.encode())
    subject = [word.lower() for word in message.subject.lstrip("\ufeff\u200b\u200c\u200d\u2060").split()]
    if subject:
        subject[-1] = subject[-1].rstrip(".,:;…。，、：；．")
    signed = set()
    below = []
    for line in message.lines[message.subject_index + 1 :]:
        if line not in signed:
            below += line.split()
        if line.startswith("Signed-off-by: "):
            signed.add(line)
    return subject, below


def trailers(text: str) -> set[tuple[str, str]]:
    return {(trailer.key, " ".join(trailer.value.split())) for trailer in parse(text.encode()).trailers}


@settings(max_examples=examples(60), deadline=None)
@given(MESSAGES)
@example("\u200b \n1 ")
def test_a_fix_says_what_the_message_said_and_is_found_once(text: str) -> None:
    policies = policy()
    fix = fixed(policies, text)
    if fix is None:
        return
    before, after = decide(policies, parse(text.encode())), decide(policies, fix.message)
    assert said(fix.message.text) == said(text)
    assert fixed(policies, fix.message.raw) is None
    counts = [(old.violation_count, new.violation_count) for old, new in zip(before.results, after.results, strict=True)]
    assert all(new <= old for old, new in counts)
    assert any(new < old for old, new in counts)
    assert [line for piece in fix.pieces for line in piece] == list(fix.message.lines)
    assert len(fix.pieces) == len(parse(text.encode()).lines)
    assert trailers(text) <= trailers(fix.message.text)


@pytest.mark.parametrize("line", ["a ", "a: ", "- ", "` ", "` a", "word. ", "é ", "x:y ", "\u200d", "  ", "a\t"])
def test_hostile_lines_take_linear_time(line: str) -> None:
    policies = policy()
    size = (1 << 16) - 100
    with cpu_within(5):
        fixed(policies, "Feat:  x.\n\n" + (line * size)[:size // 2])
        fixed(policies, (line * size)[:size // 2] + ".\ny")
        fixed(policies, "Feat: x.\n" + (f"{line * 60}\n" * 2000)[:size // 2])
