"""The index of a log, for queries: an SQLite file that is made from the lines, and never on the path of a decision.

It holds no event: of each entry where its line stands, its leaf hash, and the words by which it is found. What is shown comes
from the log. Personal values stand in it in their joined form; `log.erased` has it made again without them.
"""
