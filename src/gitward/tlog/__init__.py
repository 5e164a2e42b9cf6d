"""A transparency log's arithmetic: the Merkle tree of RFC 6962, C2SP tiles, signed notes, checkpoints.

Nothing here knows what an entry says. Only notes import cryptography, and only to sign or to verify.
"""
