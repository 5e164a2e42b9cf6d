"""A program that is absent skips a test, with the line that installs it; where CI promises it, that is a failure."""

from __future__ import annotations

import pytest

from servers import need

LINE = "no-such-program is missing: apt-get install no-such-package"


def test_a_users_path_may_lack_the_folders_of_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert need("ldconfig", "libc-bin").endswith("sbin/ldconfig")


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_absent(monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=LINE):
        need("no-such-program", "no-such-package")
