"""Every rule's options can be read from text: a rule that is added is held to what `policy.load` understands."""

from __future__ import annotations

import keyword
from typing import Annotated, Literal

import pytest

from gitward import record, rules
from gitward.policy import grammar
from gitward.policy.grammar import Case, Common, Drop, Extension, File
from gitward.policy.hints import OneOf, Truth, Whole, field_name, hints, inner, keys_of, shape, yaml_name
from gitward.policy.load import model
from gitward.shapes import Bytes, Refused

NEEDED = {"trailers": [{"key": "Refs", "required": "true"}], "signed-push": ["example.com:x"]}


@pytest.mark.parametrize("rule", rules.NAMES)
def test_the_hook_is_told_of_every_record_among_the_options(rule):
    of = rules.load(rule)
    items = {field_name(key): inner(hint, 0) for key, hint in hints(of).items()}
    assert getattr(of, "records", {}) == {name: item for name, item in items.items() if record.is_record(item)}


@pytest.mark.parametrize("rule", rules.NAMES)
def test_options_have_a_model_and_names_of_their_own(rule):
    of = rules.load(rule)
    assert set(map(field_name, hints(of))) == set(record.fields(of))
    assert not set(hints(of)) & {*hints(Common), *hints(Drop)}
    assert model(of) is model(of)


@pytest.mark.parametrize("rule", rules.NAMES)
def test_every_default_could_have_been_written(rule):
    """A default that its own type refuses would be a policy that `policy show` cannot write down."""
    of = rules.load(rule)

    def written(value):
        if isinstance(value, tuple):
            return [written(item) for item in value]
        return str(value).lower() if isinstance(value, bool) else str(value)

    for name, value in of.__defaults__.items():
        if value is not None and not (value == () and "merges" not in name):
            others = {"commits": "1"} if rule == "push-limits" else {}
            needed = {key: NEEDED.get(rule, "x") for key in hints(of) if field_name(key) not in of.__defaults__}
            made = model(of).validate_python({**others, **needed, yaml_name(name): written(value)})
            assert getattr(made, name) == value


@pytest.mark.parametrize("of", [File, Extension, Common, Drop, grammar.Test, Case])
def test_the_grammar_has_models(of):
    assert model(of) is model(of)
    assert set(map(field_name, hints(of))) == set(record.fields(of))


@pytest.mark.parametrize("word", keyword.kwlist)
def test_keywords_are_options_too(word):
    assert (yaml_name(f"{word}_"), field_name(word)) == (word, f"{word}_")


def test_other_names_stay():
    assert (yaml_name("max"), field_name("max"), yaml_name("max_")) == ("max", "max", "max_")


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("72", 72), ("-1", -1), ("100000000000000000", 10**17)])
def test_whole_numbers(text, number):
    assert Whole().check(text) == number


@pytest.mark.parametrize("text", ["", "01", "-0", "1.0", "1e3", "0x10", "1_000", " 1", "+1", "٣", "9" * 19])
def test_what_is_no_whole_number(text):
    if text == "-0":
        assert Whole().check(text) == 0
        return
    with pytest.raises(Refused, match="is not a whole number"):
        Whole().check(text)


@pytest.mark.parametrize("text", ["True", "yes", "on", "1", "", "TRUE", "no"])
def test_what_is_neither_true_nor_false(text):
    with pytest.raises(Refused, match="is neither true nor false"):
        Truth().check(text)


def test_one_of_a_few_words():
    with pytest.raises(Refused, match="'skp' is not one of skip, judge; did you mean 'skip'"):
        OneOf(("skip", "judge")).check("skp")


@pytest.mark.parametrize("text", ["0", "10MB", "10mib", "1.5MiB", "MiB", "-1", "1  KiB", "01KiB"])
def test_what_is_no_size(text):
    with pytest.raises(Refused, match="is not a size"):
        Bytes().check(text)


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        (str, "text"),
        (Annotated[int, Whole()], "text"),
        (Literal["a"], "text"),
        (tuple[str, ...], "list"),
        (Annotated[tuple[str, ...], Whole()], "list"),
        (dict[str, str], "mapping"),
        (Case, "mapping"),
        (Annotated[Case, Whole()], "mapping"),
    ],
)
def test_the_shape_of_a_type(hint, kind):
    assert shape(hint) == kind


def test_the_way_into_a_type():
    assert keys_of(inner(inner(inner(Common, "tests"), 0), "accept")) == tuple(hints(Case))
    assert keys_of(inner(Common, "since")) == ("commits",)
    assert inner(Common, "none") is None
    assert keys_of(inner(Common, "rule")) == ()
