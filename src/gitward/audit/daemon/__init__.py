"""The log's daemon: under its own user, the only one who writes the log and holds its key. For Linux only."""
