"""The shape of the code, held by its imports: who may import what, no cycles, pure layers, a light hook."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import gitward

PACKAGE = Path(gitward.__file__).parent
IO_MODULES = {"os", "subprocess", "socket", "pathlib", "shutil", "tempfile", "io", "select", "fcntl", "signal"}
CLOCK_MODULES = {"time", "datetime", "random", "secrets"}
PURE = ("rules/", "tally.py", "engine.py", "batches.py", "model/", "message.py", "cleanup.py", "gitobject/", "integrity.py",
        "unread.py", "judgement.py", "record.py", "patterns.py", "pathglobs.py", "width.py", "conventional.py", "render/",
        "secretshapes/", "errors.py", "fixing/", "tickets.py", "assistants.py", "verbs.py", "reverts.py",
        "days.py", "mailmap.py", "validity.py", "sshkeys.py", "canonical.py", "tlog/tree.py", "tlog/checkpoint.py",
        "tlog/proof.py", "audit/checking.py",
        "granting.py", "grantindex.py", "perspective.py",
        "waivers/",
        "shell/command.py",
        "codeowners.py", "approving.py", "bounds.py")  # fmt: skip
OWNERS = {
    "pygit2": ("repository/", "repository.py"),
    "gnupg": ("signatures/",),
    "cryptography": ("signatures/", "tlog/"),
    "asn1crypto": ("signatures/",),
    "click": ("cli/",),
    "pydantic": ("policy/load.py", "audit/schema/"),
    "pydantic_core": ("policy/load.py", "audit/schema/reading.py"),
    "yaml": ("policy/load.py",),
}
# from the bottom of the import graph to its top: a module imports only modules of its own or an earlier layer
LAYERS = (
    ("__init__", "record", "errors", "model", "clock", "ownfolder", "givenfile", "regularfile", "workerprocess"),
    ("patterns", "pathglobs", "secretshapes", "refname", "width", "message", "cleanup", "gitobject", "conventional",
     "tickets", "assistants", "verbs", "reverts", "days", "shapes", "mailmap", "sshkeys", "validity", "pushees",
     "canonical", "grantindex", "granting", "channels", "codeowners", "makers", "approving", "bounds"),
    ("rules", "tally", "engine", "batches", "integrity", "unread", "waivers", "perspective"),
    ("policy",),
    ("git", "gitcommand", "repository", "durable", "reffiles"),
    ("signatures", "tlog"),
    ("updates", "scope", "facts", "brought", "answers", "loading", "touching", "recreated", "budgets", "squash", "sources",
     "succession", "workers", "failure", "authorship", "carrying", "proposals", "pushing", "waiverfacts", "statements",
     "tallying", "judge", "fixing", "lookup"),
    ("audit", "render", "judgement"),
    ("survey", "installer", "adapters", "rights"),
    ("approvals", "directory", "doctor", "keys", "starter", "explanation", "signature_steps", "vendor", "imports", "comparison",
     "life", "review", "shell"),
    ("cli", "__main__"),
)


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def relative(path):
    return path.relative_to(PACKAGE).as_posix()


@cache
def imports(path, *, typing=False):
    """Names that a module imports, those under `if TYPE_CHECKING` only when asked for."""
    return tuple(_imports(ast.parse(path.read_text()), typing=typing))


def _imports(tree, *, typing):
    skipped = set()
    if not typing:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                skipped.update(id(inner) for part in node.body for inner in ast.walk(part))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{node.module}.{alias.name}" if node.module == "gitward" else node.module or ""


@pytest.mark.parametrize("name", OWNERS)
def test_only_its_owner_imports_it(name):
    strangers = [
        relative(path)
        for path in modules()
        if any(found.split(".")[0] == name for found in imports(path))
        and not relative(path).startswith(OWNERS[name])
    ]
    assert strangers == []


def test_pure_modules_do_no_input_or_output_and_read_no_clock():
    found = {
        relative(path): sorted({name.split(".")[0] for name in imports(path)} & (IO_MODULES | CLOCK_MODULES))
        for path in modules()
        if relative(path).startswith(PURE)
    }
    assert {name: bad for name, bad in found.items() if bad} == {}
    calls = {"open", "print", "input", "exec", "eval", "__import__"}
    callers = {
        relative(path)
        for path in modules()
        if relative(path).startswith(PURE)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls
    }
    # the table of rules imports a rule by its name, records write their own __init__
    assert callers <= {"rules/__init__.py", "record.py", "render/__init__.py"}


def test_rules_import_facts_and_nothing_else():
    below = {f"gitward.{name}" for layer in LAYERS[:2] for name in layer} - {"gitward.clock"}
    allowed = {"__future__", "functools", "re", "unicodedata"} | below
    found = {name for path in (PACKAGE / "rules").glob("*.py") if path.name not in ("__init__.py", "options.py")
             for name in imports(path)}  # fmt: skip
    assert found - allowed == set()


def layer(name):
    part = name.removeprefix("gitward").lstrip(".").split(".")[0] or "__init__"
    return next((index for index, names in enumerate(LAYERS) if part in names), None)


def test_every_module_has_a_layer_and_imports_only_what_is_above_it():
    wrong = []
    for path in modules():
        own = layer("gitward." + relative(path).removesuffix(".py").replace("/", "."))
        assert own is not None, f"{relative(path)} stands in no layer"
        for name in imports(path):
            if name.split(".")[0] == "gitward" and name != "gitward.__version__":
                other = layer(name)
                if other is None or other > own:
                    wrong.append((relative(path), name))
    assert wrong == []


def test_no_cycles():
    graph = {}
    for path in modules():
        name = "gitward." + relative(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        graph[name] = {found for found in imports(path) if found.startswith("gitward")}
    names = set(graph)

    def edges(name):
        for imported in graph[name]:
            found = imported
            while found not in names and "." in found:
                found = found.rpartition(".")[0]
            if found in names and found not in (name, "gitward") and not name.startswith(found + "."):
                yield found

    done, path = set(), []

    def visit(name):
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name in done:
            return
        path.append(name)
        for other in edges(name):
            visit(other)
        path.pop()
        done.add(name)

    for name in sorted(names):
        visit(name)


def test_size_of_files_and_functions():
    long_files = {relative(p): n for p in modules() if (n := len(p.read_text().splitlines())) > 250}
    assert long_files == {}
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) * 9 // 10] <= 47


def loaded_by(code):
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n{code}\n"
         "print(*sorted(sys.modules))"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.split())


CLIENT = (
    "import gitward.__main__, gitward.cli.hook, gitward.cli.hook_client, gitward.render.text, gitward.policy.compiled\n"
    "from gitward import rules\n[rules.load(name) for name in rules.NAMES]"
)


def test_the_commit_msg_hook_loads_nothing_heavy():
    heavy = {"click", "pydantic", "yaml", "pygit2", "dataclasses", "typing", "inspect", "subprocess", "pathlib",
             "datetime", "logging", "wcwidth", "argparse", "importlib.metadata", "cryptography"}  # fmt: skip
    assert loaded_by(CLIENT) & heavy == set()


def test_the_hooks_that_record_outcomes_load_nothing_heavy():
    """git starts them for each transaction; a policy is read only where an update is about to be refused."""
    heavy = {"click", "pydantic", "yaml", "pygit2", "dataclasses", "typing", "inspect", "subprocess", "pathlib", "sqlite3",
             "datetime", "logging", "cryptography", "socket", "getpass", "gitward.policy", "gitward.repository"}  # fmt: skip
    hook = "import gitward.__main__, gitward.cli.hook, gitward.cli.hook_outcome, gitward.audit.outcomes, gitward.audit.recorder"
    assert loaded_by(f"{hook}, gitward.audit.log, gitward.audit.evidence, gitward.adapters.post_receive") & heavy == set()


def test_a_policy_is_read_without_making_dataclasses():
    """pydantic_core is enough to read it, on every push; pydantic and annotated_types make dataclasses when they are imported."""
    assert loaded_by("import gitward.policy.load") & {"pydantic", "annotated_types", "dataclasses"} == set()


def test_the_restricted_shell_turns_down_a_command_without_loading_anything_heavy():
    """Strangers may ask as often as they like; a policy is read only for a repository that is there."""
    heavy = {"click", "pydantic", "yaml", "pygit2", "dataclasses", "typing", "inspect", "subprocess", "pathlib", "sqlite3",
             "datetime", "logging", "cryptography", "socket", "gitward.policy", "gitward.repository", "re2"}  # fmt: skip
    shell = "import gitward.__main__, gitward.cli.access_shell, gitward.audit.recorder, gitward.audit.log, gitward.audit.evidence"
    assert loaded_by(shell) & heavy == set()


def test_the_clients_import_path_needs_no_posix():
    posix = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog"}
    before = loaded_by("")
    reached = loaded_by(
        CLIENT + "\nimport gitward.judge, gitward.cli.main, gitward.cli.check, gitward.policy.load, gitward.adapters.check"
    )
    assert (reached - before) & posix == set()
    if os.name == "posix":
        assert "fcntl" in loaded_by("import gitward.audit.log") - before  # the guard can see it


def test_no_two_modules_of_the_tests_have_one_name():
    """pytest puts every folder of tests on the path: of two, one would be taken for the other."""
    names = Counter(path.name for path in Path(__file__).parent.rglob("*.py") if path.name != "conftest.py")
    assert [name for name, times in names.items() if times > 1] == []


def test_the_table_of_layers_names_every_module_once():
    page = (Path(__file__).parent.parent / "ARCHITECTURE.md").read_text()
    rows = [row.split("|")[2] for row in page.split("\n## Layers\n")[1].split("\n## ")[0].splitlines() if row.startswith("| ")]
    named = Counter(name.removesuffix("/*") for row in rows for name in re.findall("`([^`]+)`", row))
    there = {path.stem for path in PACKAGE.iterdir() if (path / "__init__.py").exists() or path.suffix == ".py"}
    assert named == Counter(there - {"__init__", "__main__"})
