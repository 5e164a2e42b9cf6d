"""Host input to a request: what git hands to each hook, and nothing else. Nothing is decided here."""
