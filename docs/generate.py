"""`make docs`: writes docs/rules.md from the rules' own pages, and docs/policy.schema.json from the policy's grammar."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gitward import rules
from gitward.policy.schema import schema

FOLDER = Path(__file__).resolve().parent
BUILT_IN = """\
## push-integrity

gitward's own entry in every decision about a push, in every mode, with or without a policy: each ref is named once, its old
value is the repository's, and no ref below `refs/replace/` or `refs/gitward/` is touched. It has no options and cannot be
dropped.
"""


def page(name: str) -> str:
    """One rule: its name as the anchor, its summary, its options, the sections of its docstring one level down."""
    cls = rules.load(name)
    text = sys.modules[cls.__module__].__doc__ or ""
    summary, _, rest = text.partition("\n")
    sections = rest.strip().replace("\n## ", "\n### ").replace("## ", "### ", 1)
    return f"## {name}\n\n{summary.partition(': ')[2].strip() or summary}\n\n{options(cls)}\n{sections}\n"


def options(cls: type) -> str:
    lines = ["| option | default |", "|---|---|"]
    for name in cls.__fields__:  # type: ignore[attr-defined]
        has_default = name in cls.__defaults__  # type: ignore[attr-defined]
        default = json.dumps(cls.__defaults__[name], ensure_ascii=False) if has_default else "required"  # type: ignore[attr-defined]
        shown = "`" + default.replace("|", "\\|") + "`" if has_default else default
        lines.append(f"| `{name.rstrip('_')}` | {shown} |")
    refs = ", ".join(f"`{ref}`" for ref in cls.default_refs)  # type: ignore[attr-defined]
    facts = ", ".join(cls.needs)  # type: ignore[attr-defined]
    table = "\n".join(lines) + "\n" if len(lines) > 2 else "No options.\n"
    return f"{table}\nLeft out, `refs` is {refs}. Needs: {facts} ([stages](stages.md)).\n"


def rules_page() -> str:
    head = "# The rules\n\nMade by `make docs` from the rules themselves; `gitward explain RULE` prints the same page.\n\n"
    names = "".join(f"- [{name}](#{name})\n" for name in (*rules.NAMES, "push-integrity"))
    return head + names + "\n" + "\n".join(page(name) for name in rules.NAMES) + "\n" + BUILT_IN


def files() -> dict[str, str]:
    return {"rules.md": rules_page(), "policy.schema.json": json.dumps(schema(), indent=2, sort_keys=True) + "\n"}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text)
