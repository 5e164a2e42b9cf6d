"""Verifying a log: that its lines, chain, tree, tiles, signatures and what stands beside it hold against a checkpoint.

The folder is taken for hostile: regular files only, never waited for; one line at a time; memory that does not grow with the
log; time linear in its bytes. What a log says of itself is a claim until a checkpoint covers it.
"""
