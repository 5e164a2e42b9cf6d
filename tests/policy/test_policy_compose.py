from __future__ import annotations

import random

import pytest
import yaml

from gitward.errors import PolicyError
from gitward.policy.compose import MAX_BYTES, compose, decode, nearest
from gitward.policy.load import YAML_READER

INVISIBLE = "\x00\x07\x0b\x0c\r\x1b\x7f\x85\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff"


def composed(text: str, loader: type = yaml.SafeLoader):
    return compose(yaml.parse(text, Loader=loader), "p.yaml", "p.yaml")


@pytest.mark.parametrize("character", INVISIBLE, ids=lambda character: f"U+{ord(character):04X}")
def test_what_cannot_be_seen_is_refused_where_it_stands(character):
    with pytest.raises(PolicyError) as refused:
        decode(f"a: 1\nbé: x{character}y\n".encode(), "p.yaml")
    assert str(refused.value) == f"p.yaml:2:6: the character U+{ord(character):04X} cannot be seen"


def test_a_tab_has_its_own_words():
    with pytest.raises(PolicyError, match=r"p\.yaml:2:1: a tab is refused"):
        decode(b"a:\n\t- 1\n", "p.yaml")


@pytest.mark.parametrize("text", ["a: é", "a: 日本語", "a: 👩\u200d💻", "a: می\u200cخواهم", "# ¬"])
def test_other_text_is_let_through(text):
    assert decode(text.encode(), "p.yaml") == text


def test_crlf_is_a_line_end_and_a_leading_mark_is_no_text():
    assert decode(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "p.yaml") == "a: 1\nb: 2\n"


def test_bytes_that_are_no_text_are_named_with_their_place():
    with pytest.raises(PolicyError) as refused:
        decode("a: 1\nbé: ".encode() + b"\xe9\n", "p.yaml")
    assert str(refused.value) == "p.yaml:2:5: byte 0xe9 is not UTF-8"


def test_a_file_may_be_as_long_as_the_limit_and_no_longer():
    assert decode(b"#" * MAX_BYTES, "p.yaml") == "#" * MAX_BYTES
    with pytest.raises(PolicyError, match=f"a policy file has at most {MAX_BYTES} bytes"):
        decode(b"#" * (MAX_BYTES + 1), "p.yaml")


def test_every_scalar_is_the_text_that_was_written():
    written = ["no", "12:30", "0123456", "2025-01-01", "0x1F", "1_000", "null", "~", "true", "1e3", ".inf"]
    document = composed("a: [" + ", ".join(written) + ", '', \"\\t\\u202e\"]")
    assert document.data == {"a": [*written, "", "\t\u202e"]}


def test_places_of_values_and_keys_count_from_one():
    document = composed("a:\n  - b: 1\n    é: [x, yy]\n")
    assert document.place(("a", 0, "é", 1)) == (3, 12)
    assert document.place(("a", 0, "é"), key=True) == (3, 5)
    assert document.place(("a", 0)) == (2, 5)
    assert document.place(("a", 0, "missing")) == (2, 5)


def test_a_very_long_message_is_cut():
    error = composed("a: 1").error("x" * 1000, ("a",))
    assert str(error) == f"p.yaml:1:4: {'x' * 397}..."


def test_half_a_surrogate_pair_is_refused_and_a_byte_is_not():
    assert composed(r'a: "\udcff"').data == {"a": "\udcff"}
    with pytest.raises(PolicyError, match=r"p\.yaml:1:4: half of a surrogate pair"):
        composed(r'a: "\ud800"')


def test_nearest():
    assert nearest("protectd", ["releases", "protected"]) == "; did you mean 'protected'?"
    assert nearest("main", ["protected"]) == ""


TOKENS = [
    *("a", "b: ", "- ", "\n", "  ", "\n  ", "\n- ", "[", "]", "{", "}", ",", ", ", ": ", ":", '"', "'", '"x"', "'y'"),
    *("#", " # c\n", "|\n", ">\n", "|-\n   ", "&a", "*a", "!t", "!", "?", "? ", "@", "`", "%", "---\n", "...\n", "\\n"),
    *("\\", "é", "日", "😀", "12", "~", "<<", "refs/heads/**", '"!p"', "x:y", "http://x", "  - {a: b}\n", "\n\n", "--"),
]


def read_by(loader: type, text: str) -> object:
    try:
        document = composed(text, loader)
    except (PolicyError, yaml.YAMLError):
        return None
    return document.data, document.values, document.keys


def test_both_readers_of_yaml_take_the_same_files_for_the_same_policy():
    """Which of the two is installed must not change a judgement."""
    chance = random.Random(20240229)
    read = 0
    for _ in range(4_000):
        text = "a: " + "".join(chance.choices(TOKENS, k=chance.randint(1, 14)))
        one = read_by(yaml.SafeLoader, text)
        assert read_by(YAML_READER, text) == one, text
        read += one is not None
    assert read > 200
