"""How coding agents and language models name themselves in commits: which name is no person's, which line a tool wrote.

Tables, and how they are read. An agent is known by its address or its account, or by its name together with a form that
no person's name has: a version, the name of a model, a word such as `agent`. `Claude Dubois` and `Devin Booker` have
none. Sources: the settings and the commits of the tools themselves, as of 2026, and for `Assisted-by` the Linux kernel,
Documentation/process/coding-assistants.rst.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gitward.patterns import search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


ADDRESSES = _these(
    """
    noreply@anthropic.com cursoragent@cursor.com noreply@cursor.com copilot@github.com
    codex@openai.com noreply@openai.com aider@aider.chat noreply@aider.chat amp@ampcode.com openhands@all-hands.dev
    noreply@opencode.ai crush@charm.land cascade@windsurf.ai noreply@continue.dev
    noreply@tabnine.com qwen-coder@alibabacloud.com traecli@bytedance.com agent@replit.com
    """
)
# accounts of GitHub that commit as `123+ACCOUNT@users.noreply.github.com`; `claude` without [bot] is another account
ACCOUNTS = _these(
    """
    copilot copilot-swe-agent[bot] codex chatgpt-codex-connector[bot] claude[bot] cursor[bot] kiro-agent
    devin-ai-integration[bot] google-labs-jules[bot] gemini-code-assist[bot] amazon-q-developer[bot] openhands-agent
    sweep-ai[bot] factory-droid[bot] coderabbitai[bot]
    """
)
_GITHUB = "@users.noreply.github.com"

# who makes them: before a name it says that this is no person (`GitHub Copilot`, `Google Jules`)
MAKERS = _these("anthropic openai google github microsoft amazon meta mistral xai alibaba jetbrains aws")
DOMAINS = _these(
    "anthropic.com openai.com google.com github.com cursor.com cognition.ai devin.ai aider.chat ampcode.com windsurf.com"
    " opencode.ai x.ai mistral.ai jetbrains.com"
)
# names that nobody else has
SURE = _these(
    "chatgpt gpt copilot openhands opencode tabnine codeium codewhisperer codellama deepseek qwen coderabbit coderabbitai"
    " openclaw"
)
# names that people, teams or things have too: an agent only with one of these words, or a version, right behind
_MODEL = "pro flash ultra nano mini turbo lite preview thinking experimental chat coder code fast max"
NAMES: dict[str, frozenset[str]] = {
    name: _these(words)
    for name, words in {
        "claude": "code opus sonnet haiku instant fable",
        "gemini": f"{_MODEL} assist",
        "codex": f"{_MODEL} gpt",
        "cursor": "composer",
        "grok": _MODEL,
        "llama": "instruct code",
        "mistral": "large medium small code",
        "kimi": "thinking instruct",
        "glm": "air flash plus",
        "windsurf": "cascade",
        "copilot": "swe autofix workspace chat",
        "gpt": f"{_MODEL} codex",
        "qwen": "coder code max plus turbo",
        "deepseek": "coder chat",
        "factory": "droid",
        **dict.fromkeys(_these("devin jules amp aider kiro junie goose cline crush sweep replit augment"), ""),
    }.items()
}
_ALWAYS = _these("ai agent assistant bot cli llm")  # with which any of these names is no person's
_VERSION = re.compile(r"[a-z]?[0-9]{1,8}(\.[0-9]{1,4})*[a-z]?")
_LONGEST = 120  # characters of a name that are looked at; no address of an agent is as long

# what a tool writes about itself below the text: `Generated with [Claude Code](https://claude.com/claude-code)`
_FOOTER = re.compile(
    r"(?:[^\w\[(]|_){0,12}(?:co-)?(?:generated|made|created|written|built|authored|assisted|powered) "
    r"(?:with|by|using|via) (?:the )?\[?([^\](),;]{2,60})"
)
SESSIONS = (
    "https://claude.ai/code/session_", "https://ampcode.com/threads/", "https://app.devin.ai/sessions/",
    "https://chatgpt.com/codex/", "https://jules.google.com/", "https://cursor.com/agents/",
    "https://copilot-workspace.githubnext.com/",
)  # fmt: skip
# keys of trailers whose value is no name: that they stand there says enough
KEYS = _these(
    """
    claude-session copilot-session codex-session cursor-session amp-thread amp-thread-id agent-logs-url ai-assisted
    ai-assistant ai-agent ai-model ai-tool ai-session ai-generated
    """
)
# where neither one of these stands nor one of the names, there is nothing to be found
_OTHERS = "|".join(map(re.escape, sorted((*ADDRESSES, *ACCOUNTS, *KEYS, *SESSIONS, "assisted-by", "amazon q"))))
_ANY = rf"(?i)(?:\b|_)(?:(?:{'|'.join(sorted(SURE | NAMES.keys()))})(?:\b|_)|{_OTHERS})"


def is_assistant(name: str, address: str) -> bool:
    """Whether a name and an address, '' where there is none, are those of an agent or a model."""
    return _is_assistant(name[:_LONGEST], address if len(address) <= _LONGEST else "@")


@lru_cache(maxsize=2048)
def _is_assistant(name: str, address: str) -> bool:
    address = address.lower()
    if address in ADDRESSES:
        return True
    if address.endswith(_GITHUB) and address[: -len(_GITHUB)].rpartition("+")[2] in ACCOUNTS:
        return True
    plain, _, aside = name.lower().partition("(")
    for less in (" via ", " powered by "):
        plain = plain.partition(less)[0]
    return is_named(plain, alone=_is_nobodys(address)) or (bool(aside) and _is_tool(aside.partition(")")[0]))


def is_named(name: str, *, alone: bool) -> bool:
    """Whether a name in small letters is that of an agent; `alone` says that one which people have too will do."""
    words = _words(name)
    made = bool(words) and words[0] in MAKERS and len(words) > 1
    if made:
        words = words[1:]
    if made and words[0] == "q":  # Amazon Q, which needs its maker
        return all(word in _ALWAYS or word == "developer" for word in words[1:])
    if not words or (words[0] not in SURE and words[0] not in NAMES):
        return False
    first, rest = words[0], words[1:]
    own = NAMES.get(first, _ALWAYS)
    if not all(word in own or word in _ALWAYS or _VERSION.fullmatch(word) for word in rest):
        return False
    return alone or made or bool(rest) or first in SURE


def credited(value: str) -> tuple[str, str]:
    """Name and address of what stands in a trailer such as `Co-authored-by`; the address is '' where there is none."""
    name, bracket, rest = value.partition("<")
    if bracket:
        return name.strip(), rest.partition(">")[0].strip()
    value = value.strip()
    return ("", value) if "@" in value and " " not in value else (value, "")


def written(lines: Iterable[tuple[int, str]]) -> Iterator[int]:
    """The places of the lines that a tool wrote about itself; each is given with its place."""
    for place, line in lines:
        small = line.lower()
        if _is_footer(small) or ("https://" in small and small.lstrip(" -*>[(").startswith(SESSIONS)):
            yield place


def may_name_one(text: str) -> bool:
    """Whether there is anything in a message to look at: one quick pass, which nearly all end with."""
    return search(_ANY, text) is not None


def _is_footer(line: str) -> bool:
    found = _FOOTER.match(line)
    return bool(found) and is_named(found[1].rstrip(" .!*_"), alone=True)  # type: ignore[index]


def _words(name: str) -> list[str]:
    for mark in "-_/[]":
        name = name.replace(mark, " ")
    return name.split()


def _is_tool(text: str) -> bool:
    """Whether what stands in parentheses says which tool or model it was: `Ann (aider)`, `aider (openai/gpt-4o)`."""
    return text.strip() == "aider" or is_named(text, alone=False)


def _is_nobodys(address: str) -> bool:
    """Whether nobody reads mail there, or it is the maker's: then a name alone is not a person's."""
    before, _, domain = address.rpartition("@")
    return not address or before.startswith(("noreply", "no-reply")) or domain in DOMAINS
