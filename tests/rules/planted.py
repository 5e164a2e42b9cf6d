"""Secrets made at random, each in the form that its provider gives it, and the lines in which people leave them.

Nothing here is or was a secret, and none is written down: they are made when a test runs, from a seed. The forms are
written apart from those that gitward looks for, so that one can be held against the other.
"""

from __future__ import annotations

import base64
import string
import zlib
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_HEX = string.hexdigits[:16]
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE64 = _BASE62 + "+/"
_URL64 = _BASE62 + "-_"
_BASE32 = string.ascii_uppercase + "234567"


def _some(random: Random, alphabet: str, count: int) -> str:
    """Letters of an alphabet; the last is a letter or a digit, so that what follows is told apart from it."""
    return "".join(random.choices(alphabet, k=count - 1)) + random.choice(alphabet[:16])


def _digits(random: Random, count: int) -> str:
    return str(random.randrange(10 ** (count - 1), 10**count))


def _checked(random: Random) -> str:
    """Thirty characters, and their CRC-32 in base 62."""
    body = _some(random, _BASE62, 30)
    number, end = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        end = _BASE62[digit] + end
    return body + end.rjust(6, "0")


def _discord(random: Random) -> str:
    user = base64.urlsafe_b64encode(str(random.randrange(10**17, 10**18)).encode()).decode().rstrip("=")
    return f"{user}.{_some(random, _URL64, 6)}.{_some(random, _URL64, 38)}"


def _pem(random: Random) -> str:
    body = base64.b64encode(b"0\x82\x04\xbd\x02\x01\0" + random.randbytes(1_200)).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    name = random.choice(["RSA ", "EC ", "", "ENCRYPTED ", "OPENSSH "]) + "PRIVATE " + "KEY"
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"])


def _password(random: Random) -> str:
    return random.choice(["Kx", "vQ", "zR"]) + _some(random, _BASE62 + "-+!", 9) + random.choice("23456789")


MAKERS: dict[str, Callable[[Random], str]] = {
    "github-token": lambda r: f"gh{r.choice('pousr')}_" + _checked(r),
    "gitlab-token": lambda r: "glpat" + "-" + _some(r, _URL64, 20),
    "npm-token": lambda r: "npm" + "_" + _checked(r),
    "pypi-token": lambda r: "pypi" + "-AgEIcHlwaS5vcmc" + _some(r, _URL64, 155),
    "rubygems-token": lambda r: "rubygems" + "_" + _some(r, _HEX, 48),
    "docker-token": lambda r: "dckr" + "_pat_" + _some(r, _URL64, 27),
    "aws-access-key": lambda r: r.choice(["AK", "AS"]) + "IA" + _some(r, _BASE32, 16),
    "aws-secret-key": lambda r: "aws_secret_access" + "_key = " + _some(r, _BASE64, 40),
    "google-api-key": lambda r: "AI" + "za" + _some(r, _URL64, 35),
    "google-oauth-secret": lambda r: "GOC" + "SPX-" + _some(r, _URL64, 28),
    "azure-storage-key": lambda r: "Account" + "Key=" + _some(r, _BASE64, 86) + "==",
    "azure-client-secret": lambda r: _some(r, _BASE62, 3) + f"{r.randrange(10)}Q" + "~" + _some(r, _BASE62 + "_.-~", 34),
    "slack-token": lambda r: f"xox{r.choice('bp')}-{_digits(r, 12)}-{_digits(r, 13)}-" + _some(r, _BASE62, 24),
    "slack-webhook": lambda r: "https://hooks.slack.com/services" + f"/T{_some(r, _BASE32, 10)}"
                               f"/B{_some(r, _BASE32, 10)}/{_some(r, _BASE62, 24)}",
    "discord-token": _discord,
    "discord-webhook": lambda r: "https://discord.com/api" + f"/webhooks/{r.randrange(10**17, 10**19)}/" + _some(r, _URL64, 68),
    "telegram-token": lambda r: f"{r.randrange(10**9, 10**10)}:A" + "A" + _some(r, _URL64, 33),
    "stripe-key": lambda r: r.choice("sr") + "k_live" + "_" + _some(r, _BASE62, r.choice([24, 99])),
    "twilio-key": lambda r: "S" + "K" + _some(r, _HEX, 32),
    "sendgrid-key": lambda r: "S" + f"G.{_some(r, _URL64, 22)}.{_some(r, _URL64, 43)}",
    "mailchimp-key": lambda r: _some(r, _HEX, 32) + f"-us{r.randrange(1, 22)}",
    "digitalocean-token": lambda r: "dop" + "_v1_" + _some(r, _HEX, 64),
    "shopify-token": lambda r: "shp" + r.choice(["at", "ca", "pa", "ss"]) + "_" + _some(r, _HEX, 32),
    "openai-key": lambda r: "sk-" + f"proj-{_some(r, _URL64, 74)}T3Blbk" + "FJ" + _some(r, _URL64, 74),
    "anthropic-key": lambda r: "sk-" + "ant-api03-" + _some(r, _URL64, 93) + "AA",
    "huggingface-token": lambda r: "h" + "f_" + _some(r, string.ascii_letters, 34),
    "databricks-token": lambda r: "da" + "pi" + _some(r, _HEX, 32),
    "vault-token": lambda r: "hv" + "s." + _some(r, _URL64, 95),
    "grafana-token": lambda r: "gl" + f"sa_{_some(r, _BASE62, 32)}_{_some(r, _HEX, 8)}",
    "atlassian-token": lambda r: "ATA" + "TT3" + _some(r, _URL64, 180) + "=" + _some(r, _HEX.upper()[:16], 8),
    "postman-key": lambda r: "PM" + f"AK-{_some(r, _HEX, 24)}-{_some(r, _HEX, 34)}",
    "private-key": _pem,
    "url-password": lambda r: f"postgres://svc:{_password(r)}@10.{r.randrange(256)}.7.9:5432/main",
}  # fmt: skip
AROUND = (
    'TOKEN = "{}"', "token: {}", "export TOKEN={}", '{{"token": "{}", "n": 1}}', "curl -H 'Authorization: Bearer {}' x",
    "# was {} until May", "<token>{}</token>", "a,{},b", "{}\r", "x = `{}`;", "printf 'a\\n{}\\n'", "url?key={}&x=1",
)  # fmt: skip


def planted(count: int, seed: int) -> list[tuple[str, str, str]]:
    """(kind, secret, text with it): kinds in turn, each time in the next surroundings."""
    random = Random(seed)
    kinds = list(MAKERS)
    found = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        secret = MAKERS[kind](random)
        around = "{}" if kind == "private-key" else AROUND[random.randrange(len(AROUND))]
        found.append((kind, secret, around.format(secret)))
    return found
