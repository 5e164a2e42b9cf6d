"""SSH signatures (OpenSSH's PROTOCOL.sshsig), in process: git starts ssh-keygen two or three times for each.

What git accepts and gitward does not: anything but white space after END, armor or numbers in another than their one form,
a reserved field that is not empty, an authority's RSA signature over SHA-1, a certificate with a critical option that is
not known or not kept (a PIN for a security key), RSA below the floor, signatures of web browsers (webauthn), which ssh-keygen
does not make, and the very second of a list's valid-before. Of the rest, each object of the tests has git's own verdict.
"""

from gitward.signatures.ssh.allowed_signers import import_allowed_signers
from gitward.signatures.ssh.forge_listing import import_forge
from gitward.signatures.ssh.listing import ListedKey, Listing
from gitward.signatures.ssh.verifier import SshVerifier

__all__ = ["ListedKey", "Listing", "SshVerifier", "import_allowed_signers", "import_forge"]
