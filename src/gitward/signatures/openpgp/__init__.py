"""OpenPGP signatures: strict about the form, listed certificates only, verified by GnuPG or by the same arithmetic in process.

`armor` and `packet` take a block apart, `keyring` and `listing` ask gpg what it makes of the policy's certificates, `batch` asks
it about signatures by the hundred, `arithmetic` does the same mathematics without it, `verifier` puts them together.
"""
