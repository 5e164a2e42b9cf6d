"""Who signed what, by the policy's own trust list: one folder per format, one result for all of them.

A format's verifier is a class with

    def __init__(self, trust: Trust) -> None: ...                  raises Undecided where the trust material cannot be used
    def prove(self, items: Sequence[Signed]) -> list[Proof]: ...   the arithmetic, many at a time; no clock, no trust but keys
    def find(self, proof: Proof, signed: Signed, addresses: Sequence[str] = ()) -> Finding: ...   the trust list; cheap
    def close(self) -> None: ...

`addresses` are those that the signed object claims: where a signature could be counted to several principals (an authority that
speaks for several), the one with such an address is taken. A missing tool or file is Undecided, never a status.
"""
