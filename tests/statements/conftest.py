from __future__ import annotations

import pytest
from saying import Keys


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("people"), "ann", "bob", "eve")
