"""The restricted shell of a server's SSH account: what it lets whom start, and which keys lead to it (docs/access.md)."""
