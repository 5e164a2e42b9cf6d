"""gitward: one Git change policy, one engine, the same judgement in the hook, on the server and in CI."""

__version__ = "0.1.0"
