"""The gap review: what the log does not say, held against the repositories, the hooks and the clock as they are now."""
