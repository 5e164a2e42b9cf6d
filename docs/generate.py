"""`make docs`: writes what is made from the program itself.

docs/rules.md from the rules' own pages, docs/policy.schema.json from the policy's grammar, docs/event.schema.json and
docs/events.md from the schema of events and docs/events.examples.jsonl.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gitward import rules
from gitward.audit.schema import json_schema
from gitward.audit.schema.classes import CLASSES, FAMILIES
from gitward.policy.schema import schema

FOLDER = Path(__file__).resolve().parent
BUILT_IN = """\
## push-integrity

gitward's own entry in every decision about a push, in every mode, with or without a policy: each ref is named once, its old
value is the repository's, no ref below `refs/replace/` or `refs/gitward/` is touched, but that a push may create a
[statement](statements.md): `refs/gitward/statements/OID/SHA256`, at most a hundred at once. It has no options and cannot be
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


# --- events -----------------------------------------------------------------------------------------------------------


def form(of: dict[str, Any]) -> str:
    """A JSON Schema in a few words."""
    if "$ref" in of:
        name = of["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in of:
        return f"`{of['const']}`"
    if "enum" in of:
        return ", ".join(f"`{each}`" for each in of["enum"])
    if "anyOf" in of:
        return " or ".join(form(each) for each in of["anyOf"])
    if of.get("type") == "array":
        items = of.get("prefixItems")
        return f"list of ({', '.join(map(form, items))})" if items else f"list of {form(of['items'])}"
    if of.get("type") == "object":
        return f"object of {form(of['additionalProperties'])}" if of.get("additionalProperties") else "object"
    return str(of.get("type", "anything"))


def fields(of: dict[str, Any]) -> str:
    needed = of.get("required", [])
    rows = [
        f"| `{name}`{'' if name in needed else ' *'} | {form(each)} | {each.get('description', '')} |"
        for name, each in of["properties"].items()
    ]
    return "\n".join(["| field | form | meaning |", "|---|---|---|", *rows]).replace("|  |", "| |") + "\n"


def events_page() -> str:
    """Every part of an event, then every class with an example."""
    whole = json_schema()
    parts = [f"## Event\n\n{whole['description']} A field with * may be left out.\n\n{fields(whole)}"]
    for name, each in sorted(whole["$defs"].items()):
        if "properties" in each:
            parts.append(f"## {name}\n\n{each['description']}\n\n{fields(each)}")
        else:
            parts.append(f"## {name}\n\nWhat only the class says more about: {form(each)}.\n")
    parts.append("# Classes\n\nEach with the parts that it must have beside the first six fields, and an example.\n")
    classes = {**CLASSES, **{f"{name}.*": each for name, each in FAMILIES.items()}}
    for line in (FOLDER / "events.examples.jsonl").read_text().splitlines():
        example = json.loads(line)
        name = example["event"]["class"]
        found = classes.get(name) or classes[f"{name.partition('.')[0]}.*"]
        needed = ", ".join(f"`{part}`" for part in found.needs) or "no further part"
        shown = json.dumps(example, indent=1, ensure_ascii=False) if name == "decision.receive" else line
        title = name if name in classes else f"{name.partition('.')[0]}.*"
        parts.append(f"## {title}\n\n{found.meaning} Needs: {needed}.\n\n```json\n{shown}\n```\n")
    return (FOLDER / "events.head.md").read_text() + "\n".join(parts)


def files() -> dict[str, str]:
    return {
        "rules.md": rules_page(),
        "policy.schema.json": json.dumps(schema(), indent=2, sort_keys=True) + "\n",
        "event.schema.json": json.dumps(json_schema(), indent=2, sort_keys=True) + "\n",
        "events.md": events_page(),
    }


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text)
