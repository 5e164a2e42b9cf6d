"""A certificate, a text and a signature that hold, made with gpg by a key that was then thrown away: what gpg must get right.

A gpg that calls the signature good over the text, and bad over another, is one that looks.
"""

from __future__ import annotations

from base64 import b64decode

FINGERPRINT = "174DE13473A800903A554D3D5F7AC4AF7125E302"
CERTIFICATE = b64decode(
    "mDMEXgvhABYJKwYBBAHaRw8BAQdAUdaneDZD3YqcGCjSL2Si0LqrqLh+34UUfE/LDDPBIB20DmdpdHdhcmQgY2FuYXJ5iJAEExYIADgWIQQXTe"
    "E0c6gAkDpVTT1fesSvcSXjAgUCXgvhAAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRBfesSvcSXjAmxSAP9pNAr3rfl7yKFEOxxb0YmY"
    "un0tmuhvavNVj4LGYwiI0AD/fWXmChEq862KWygjC0qvKbCGA1UT2jqYe1pNAlE6QwM="
)
TEXT, OTHER_TEXT = b"a canary\n", b"a cuckoo\n"
SIGNATURE = b64decode(
    "iHUEABYIAB0WIQQXTeE0c6gAkDpVTT1fesSvcSXjAgUCXgvhAQAKCRBfesSvcSXjAnEYAP41bEPA3JVD+VsqYzMIMiLO88Z3+qTcjbAR6EOQU+7Y"
    "3QEA0XQvqyEy/dNsZmIxaxc2T5XoyA/qWjs9dcLeaX/Ntwc="
)
