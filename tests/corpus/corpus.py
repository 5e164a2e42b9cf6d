"""The corpus: for every rule changes that it must refuse, with all that refuses them, and changes that must pass."""

from __future__ import annotations

import authorship
import bodies
import forms
import moves
import objects
import people
import prose
import secret
import signers
import subjects
import trees
from items import Item

TABLES = (
    *subjects.TABLES, *bodies.TABLES, *forms.TABLES, *people.TABLES, *trees.TABLES, *secret.TABLES, *authorship.TABLES,
    *prose.TABLES, *objects.TABLES, *signers.TABLES,
    *moves.TABLES,
)  # fmt: skip
CORPUS: tuple[Item, ...] = tuple(item for table in TABLES for item in table.items)
