"""CODEOWNERS: who owns a path, in both dialects. git is asked where GitHub reads patterns as gitignore(5) does."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest

from gitward.codeowners import MOST, parse
from soaking import examples

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

EVERYBODY = "* @all\n"


def owners(text: str, path: str, dialect: str = "github") -> list[tuple[str, ...]]:
    found = parse(text.encode(), dialect)  # type: ignore[arg-type]
    assert found.problem == ""
    return [line.owners for line in found.of(path.encode())]


def matched(pattern: str, *paths: str, dialect: str = "github") -> list[str]:
    return [path for path in paths if owners(f"{pattern} @x\n", path, dialect)]


# --- GitHub -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*", "a a/b .x a/.x/y", ""),
        ("*.js", "x.js a/x.js a/b/.js", "x.jsx xjs a/js"),
        ("/build/logs/", "build/logs/a build/logs/a/b", "build/logs x/build/logs/a"),
        ("docs/*", "docs/a.md", "docs/a/b.md x/docs/a.md docs"),
        ("apps/", "apps/a x/apps/a/b", "apps xapps/a"),
        ("/docs/", "docs/a docs/a/b", "x/docs/a docs"),
        ("**/logs", "logs a/logs a/b/logs/c", "alogs logsa"),
        ("/apps/github", "apps/github apps/github/a", "x/apps/github apps/githubx"),
        ("a/**/b", "a/b a/x/b a/x/y/b/z", "ab xa/b a/xb"),
        ("a/**", "a/b a/b/c", "a xa/b"),
        ("/*", "a .a", "a/b"),
        ("a?c", "abc x/abc/d", "ac a/c abbc"),
        ("a\\ b", "a\\ b", "ab a"),
        ("x#y", "x#y", "x"),
        ("a\\*", "a*", "ab"),
        ("ä/*.c", "ä/b.c", "a/b.c"),
    ],
)
def test_patterns_of_github(pattern: str, inside: str, outside: str) -> None:
    inside, outside = inside.replace("\\ ", "\0"), outside.replace("\\ ", "\0")
    yes, no = ([path.replace("\0", " ") for path in text.split()] for text in (inside, outside))
    assert matched(pattern, *yes, *no) == yes


def test_github_against_git(git: Git, repo: Path) -> None:
    """Where a pattern does not end in `/*` it matches just what git would ignore by it.

    Left out is `a**/b`: git cuts the plain beginning of a pattern off before it looks for a `**` that is a whole part.
    """
    chance = random.Random(8)
    parts = ("a", "b", "ab", "*", "a*", "*b", "**", "?", "a?", "*.c", "b.c", "a\\*", "a.*b")
    patterns: set[str] = set()
    while len(patterns) < examples(200):
        inner = "/".join(chance.choice(parts) for _ in range(chance.randint(1, 4)))
        patterns.add(chance.choice(("", "", "/")) + inner + chance.choice(("", "", "/")))
    names = ("a", "b", "ab", "x.c", "b.c", "a*", "cab", "a.c")
    paths = ["/".join(found) for length in (1, 2, 3) for found in product(names, repeat=length)]
    paths = [*paths, *("/".join(chance.choice(names) for _ in range(5)) for _ in range(100))]
    asked = []
    judged = sorted(pattern for pattern in patterns if not pattern.endswith("/*"))
    for number, pattern in enumerate(judged):
        (repo / f"p{number}").mkdir()
        (repo / f"p{number}" / ".gitignore").write_text(pattern + "\n")
        asked += [f"p{number}/{path}" for path in chance.sample(paths, 80)]
    answer = git("check-ignore", "--no-index", "--stdin", "-z", cwd=repo, stdin="\0".join(asked) + "\0", ok=False).stdout
    ignored = set(answer.split("\0"))
    files = [parse(f"{pattern} @x".encode(), "github") for pattern in judged]
    different = []
    for each in asked:
        number, _, path = each[1:].partition("/")
        if bool(list(files[int(number)].of(path.encode()))) is not (each in ignored):
            different.append((judged[int(number)], path))
    assert different == []
    assert len(asked) / 20 < len(ignored) < len(asked) * 19 / 20


def test_the_last_line_wins_and_may_name_nobody() -> None:
    text = "* @all\n/apps/ @apps # theirs\n\n  # a comment\n/apps/github\n*.md @docs docs@example.com\n"
    assert owners(text, "x") == [("@all",)]
    assert owners(text, "apps/x") == [("@apps",)]
    assert owners(text, "apps/github/x") == []
    assert owners(text, "apps/github/x.md") == [("@docs", "docs@example.com")]
    assert owners("\ufeff* @all\r\n*.md @docs\r\n", "x.md") == [("@docs",)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("!a @x", 1), ("* @x\n\\#a @x", 2), ("[ab] @x", 1), ("a] @x", 1), ("/ @x", 1), ("a x", 1), ("a @", 1), ("a @x @@role", 1),
        ("\n\na @x,@y z", 3), ("^[A] @x", 1),
    ],
)  # fmt: skip
def test_what_github_does_not_understand(text: str, number: int) -> None:
    assert parse(text.encode(), "github").problem.startswith(f"line {number} ")


# --- GitLab -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*", "a a/b .x", ""),
        ("*.rb", "x.rb a/x.rb a/b/.rb", "x.rbx a/rb"),
        ("README.md", "README.md a/README.md", "README.md/a xREADME.md"),
        ("internal/README.md", "internal/README.md a/b/internal/README.md", "README.md"),
        ("/README.md", "README.md", "a/README.md"),
        ("/docs/", "docs/a docs/a/b docs/.a", "docs x/docs/a"),
        ("lib/", "lib/a x/lib/a/b", "lib"),
        ("/docs/*", "docs/a docs/.a", "docs/a/b"),
        ("/docs/*.md", "docs/a.md", "docs/a/b.md"),
        ("/docs/**/*.md", "docs/a.md docs/a/b/c.md", "x/docs/a.md"),
        ("docs", "docs a/docs", "docs/a"),
        ("docs/**", "docs/a", "docs/a/b"),
        ("\\#file", "#file a/#file", "file"),
        ("x[ab]?.c", "xax.c d/xbb.c", "xcx.c xa.c"),
        ("x[!a-c]", "xd x/xz", "xa x/b"),
        ("path\\ with/", "path\\ with/x a/path\\ with/b/c", "path/with/x"),
        ("*.{a,b}", "x.{a,b}", "x.a"),
    ],
)
def test_patterns_of_gitlab(pattern: str, inside: str, outside: str) -> None:
    inside, outside = inside.replace("\\ ", "\0"), outside.replace("\\ ", "\0")
    yes, no = ([path.replace("\0", " ") for path in text.split()] for text in (inside, outside))
    assert matched(pattern, *yes, *no, dialect="gitlab") == yes


SECTIONS = """\
* @all
README.md
[Docs] @docs
docs/
*.md
docs/ops.md @ops
!docs/generated/
^[Database][3] @dba
db/
[Two][2] @one @two
/two/
[DOCS]
docs/last.md @last
docs/ops2.md # by @commented
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("x", [("@all", 1)]),
        ("README.md", [("@docs", 1)]),
        ("docs/x", [("@docs", 1), ("@all", 1)]),
        ("docs/ops.md", [("@ops", 1), ("@all", 1)]),
        ("docs/generated/x.md", [("@all", 1)]),
        ("db/x", [("@all", 1)]),
        ("two/x", [("@one @two", 2), ("@all", 1)]),
        ("docs/last.md", [("@last", 1), ("@all", 1)]),
        ("docs/ops2.md", [("@commented", 1), ("@all", 1)]),
    ],
)
def test_sections(path: str, found: list[tuple[str, int]]) -> None:
    read = parse(SECTIONS.encode(), "gitlab")
    assert read.problem == ""
    assert [(" ".join(line.owners), line.wanted) for line in read.of(path.encode())] == found


@pytest.mark.parametrize(
    ("text", "number"), [("[A", 1), ("* @x\n[]", 2), ("!", 1), ("a nobody", 1), ("[A] nobody", 1), ("[a]b @x", 1)]
)
def test_what_gitlab_does_not_understand(text: str, number: int) -> None:
    assert parse(text.encode(), "gitlab").problem.startswith(f"line {number} ")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[A]\n/x @a\n^[A]\n/y @a\n", 1), ("^[a ][2]\n/y @a\n[A]\n/x @a\n", 2), ("[A]\n^[A] @a\n/y\n", 1),
        ("[B]\n/x @a\n^[A]\n/y @a\n", 0), ("^[A]\n/x @a\n^[A]\n/y @a\n", 0),
    ],
)  # fmt: skip
def test_a_section_is_optional_where_all_its_headings_say_so(text: str, wanted: int) -> None:
    assert [line.wanted for line in parse(text.encode(), "gitlab").of(b"y")] == [wanted][:wanted]


def test_numbers_below_one_count_as_one() -> None:
    (line,) = parse(b"[A][0]\n* @x\n", "gitlab").lines
    assert line.wanted == 1


# --- hostile bytes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["github", "gitlab"])
def test_whatever_the_bytes_it_does_not_raise(dialect: str) -> None:
    chance = random.Random(11)
    alphabet = b"a*?/[]!^\\#@ .\t\n\r\0\xff-x,{}()|+$"
    for _ in range(examples(400)):
        text = bytes(chance.choice(alphabet) for _ in range(chance.randint(0, 60)))
        list(parse(text, dialect).of(b"a/b"))  # type: ignore[arg-type]


def test_too_many_lines() -> None:
    assert parse(b"a @x\n" * (MOST + 1), "github").problem == f"it has more than {MOST} lines that name paths"


def test_a_pattern_made_to_be_slow() -> None:
    """Linear, where backtracking would take for ever."""
    assert matched("*a" * 60 + "b", "a" * 3000) == []
