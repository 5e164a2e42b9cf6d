"""Statements: what somebody signed about a change, as one blob under a ref of its own (docs/statements.md).

    envelope.py    the outermost layer, DSSE: what was signed, and the signatures
    reading.py     what was said: an in-toto Statement, to and from the records of model/statements.py
    sense.py       whether that makes sense
    deciding.py    a decision, as it is said
    signing.py     make one, with the key that signs commits
    storing.py     keep one in a repository
    keeping.py     all that a command does: sign, store, find again, take back, send
    arriving.py    may a push bring this one?
    finding.py     those that count for some commits, by the trust of each policy
    revoking.py    what was taken back
    places.py      where they are: refs, and the archive
    archiving.py   from the refs to the archive

Whatever the bytes, nothing here raises for them, and reading them takes linear time.
"""
