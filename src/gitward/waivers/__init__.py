"""Waivers: which signed statements let a violation go, and why others do not. Pure, and whatever the order of the statements.

A waiver counts for one entry of one policy by a line of that policy's `waivers:`, for the commits that it names; of a ref
update it names the new value, and the ref. Break-glass, a waiver of everything, counts for one ref by a line of its own.
Nothing else of a statement is believed: who signed it was verified, the time is the decision's, and its words are only shown.

Who pushes or wrote a change is not among those who waive for it. Where nothing proves who pushes, it may be any of them, and one
more is needed. Break-glass is for somebody who is alone: it may be the pusher, and somebody else closes it afterwards.
"""
