"""A first policy for a repository: look at its history, write what fits, and say what of the history would pass."""
