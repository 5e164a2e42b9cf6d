"""Giving approvals, and seeing what stands of them: what `gitward approve` does before and after somebody signs.

    landing.py    what would come of a change: the base, the tree, the patch, which repository it is for
    forges.py     the reviews in a forge's export
    standing.py   the approvals that stand, and what a policy still wants
"""
