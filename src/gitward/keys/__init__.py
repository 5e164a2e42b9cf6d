"""The keys that a policy trusts: taken over from where others list them, listed, and looked over."""
