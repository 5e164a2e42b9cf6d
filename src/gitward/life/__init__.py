"""The life of a policy on a repository with a past: the cut-over, the debt before it, a rehearsal of a new policy."""
