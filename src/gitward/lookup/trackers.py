"""Jira, GitHub and GitLab: where they are asked about a ticket, and what their answers mean.

The ticket is text of whoever pushes. It reaches an address only as a whole ticket of the tracker's own form, percent-
encoded. The answer is text of whoever answers: it counts only where it is about the very ticket that was asked for.

Sources: Jira REST API 2, "Get issue"; GitHub REST API, "Get an issue"; GitLab REST API 4, "Single project issue".
"""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

from gitward.lookup import NoAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.lookup.settings import Settings
    from gitward.model import TicketState

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}-[1-9][0-9]{0,17}")
_PART = r"[A-Za-z0-9_.-]{1,100}"
_ISSUE = re.compile(rf"(?P<where>{_PART}(?:/{_PART}){{1,20}})?(?:#|[Gg][Hh]-)(?P<number>[1-9][0-9]{{0,17}})")
_CATEGORIES: dict[str, TicketState] = {"new": "open", "indeterminate": "open", "undefined": "open", "done": "closed"}


def path_of(ticket: str, settings: Settings) -> str:
    """The path below the tracker's address, '' for what can be no ticket there, or is in a repository that does not count."""
    if settings.kind == "jira":
        return f"/rest/api/2/issue/{quote(ticket, safe='')}?fields=status" if _KEY.fullmatch(ticket) else ""
    found = _ISSUE.fullmatch(ticket)
    where = _repository(found["where"], settings.repositories) if found else ""
    if not found or not where:
        return ""
    if settings.kind == "github":
        return f"/repos/{quote(where, safe='/')}/issues/{found['number']}"
    return f"/api/v4/projects/{quote(where, safe='')}/issues/{found['number']}"


def _repository(where: str | None, counting: tuple[str, ...]) -> str:
    """The repository that a ticket means, '' where it does not count. `..` is none: it would lead to another address."""
    if where is None:
        return "" if counting[0].endswith("/*") else counting[0]
    if any(not part.strip(".") for part in where.split("/")):
        return ""
    owner, name = where.rpartition("/")[0].lower(), where.lower()
    return where if any(each.lower() in (name, f"{owner}/*") for each in counting) else ""


def headers_of(settings: Settings, token: str) -> dict[str, str]:
    """The headers of a request, the token in the tracker's own way."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "gitward", "Connection": "close"}
    if settings.kind == "gitlab":
        return headers | ({"PRIVATE-TOKEN": token} if token else {})
    if settings.user:
        both = base64.b64encode(f"{settings.user}:{token}".encode()).decode()
        return headers | {"Authorization": f"Basic {both}"}
    return headers | ({"Authorization": f"Bearer {token}"} if token else {})


def state_of(ticket: str, status: int, answer: Any, settings: Settings) -> TicketState:
    """What an answer says: `status` is HTTP's, `answer` the parsed JSON, None where it was none. Raises NoAnswer."""
    if status == 301 and settings.kind == "github":
        return "moved"  # an issue that was transferred; it has another number in another repository
    if status in (401, 403):
        often = ", or is asked too often" if settings.kind == "github" and status == 403 else ""
        raise NoAnswer(f"refuses the token ({status}){often}")
    if status == 429:
        raise NoAnswer("asks to be asked less often (429)")
    if 300 <= status < 400:
        raise NoAnswer(f"points to another address ({status}), which is not followed: put that one into `url`")
    if not isinstance(answer, dict):
        raise NoAnswer(f"answers {status} without a JSON object: is `url` right?")
    if status in (404, 410):
        return "absent"
    if status != 200:
        raise NoAnswer(f"answers {status}")
    return _jira(ticket, answer) if settings.kind == "jira" else _issue(ticket, answer, settings.kind)


def _jira(ticket: str, answer: dict[str, Any]) -> TicketState:
    key, place = answer.get("key"), answer
    for name in ("fields", "status", "statusCategory"):
        place = place.get(name)  # type: ignore[assignment]
        if not isinstance(place, dict):
            raise NoAnswer(f"leaves out {name}")
    category = place.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or not isinstance(category, str) or category not in _CATEGORIES:
        raise NoAnswer("gives no key and no status category that are known")
    return _CATEGORIES[category] if key.upper() == ticket.upper() else "moved"


def _issue(ticket: str, answer: dict[str, Any], kind: str) -> TicketState:
    asked, number = _ISSUE.fullmatch(ticket), answer.get("number" if kind == "github" else "iid")
    state = answer.get("state")
    if type(number) is not int or not asked or asked["number"] != str(number):
        raise NoAnswer("answers about another issue")
    if state not in ("open", "opened", "closed"):
        raise NoAnswer("gives no state that is known")
    if kind == "github" and "pull_request" in answer:
        return "absent"  # a pull request is a change, and no reason for one
    return "closed" if state == "closed" else "open"
