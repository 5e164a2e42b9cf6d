from __future__ import annotations

import pytest

from gitward import budgets
from gitward.errors import UsageError
from gitward.model import Limits


def test_what_is_named_is_set_and_the_rest_stays() -> None:
    assert budgets.limits(["commits=20000", "seconds=5"]) == Limits(commits=20_000, seconds=5)


@pytest.mark.parametrize(
    "word",
    ["seconds=\u00b2", "seconds=\u0665", "commits=", "commits=0", "commits=01", "commits=-1", "commits=1.5",
     "commits", "comits=1", "=1", f"refs={'9' * 17}"],
)  # fmt: skip
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(UsageError, match="not a budget"):
        budgets.limits([word])
