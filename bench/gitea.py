"""What a real Gitea or Forgejo tells a pre-receive hook: pushes, API, merge button, renames; and whom gitward makes of it.

    bench/gitea.py BINARY [STATIC_ROOT]     or GITEA=BINARY STATIC_ROOT=... bench/gitea.py

BINARY is a gitea or forgejo with sqlite; STATIC_ROOT the folder with its templates/, options/ and public/, where they are not in
the binary. Nothing listens but on loopback, and nothing is left behind. sshd must be installed. Takes a minute or two, and
writes bench/results/gitea.md. Exit code 1 where something was not as it is expected below.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from measure import ROOT, git, table

from run import machine

sys.path.insert(0, str(ROOT / "tests"))
from gitea_server import Gitea
from gitea_told import Bench

SHOP = "ann/shop"
_SPOOFED = {"GITEA_PUSHER_NAME": "ann", "GITEA_PUSHER_ID": "2", "GITEA_DEPLOY_KEY_ID": "0", "GL_USERNAME": "ann",
            "REMOTE_USER": "ann"}  # fmt: skip


def over_git(bench: Bench) -> None:
    """Each transport, each user, and what a client may try to be somebody else."""
    gitea, http, ssh = bench.gitea, bench.gitea.http, bench.gitea.ssh(SHOP)
    bench.act("ann, http", SHOP, "ann", bench.push(http(SHOP, "ann"), "refs/heads/main"))
    bench.act("bob, http, a branch that he may", SHOP, "bob", bench.push(http(SHOP, "bob"), "refs/heads/topic/one"))
    bench.act("bob, http, a branch that he may not", SHOP, "bob", bench.push(http(SHOP, "bob"), "refs/heads/main"))
    bench.act("ann, ssh", SHOP, "ann", bench.push(ssh, "refs/heads/main", **gitea.with_key("ann")))
    bench.act("bob, ssh", SHOP, "bob", bench.push(ssh, "refs/heads/topic/two", **gitea.with_key("bob")))
    bench.act("ann in the URL, bob's key", SHOP, "",
              bench.push(gitea.ssh(SHOP, "ann"), "refs/heads/topic/url", **gitea.with_key("bob")))  # fmt: skip
    bench.act("ann in the URL, bob's password", SHOP, "", bench.push(http(SHOP, "ann", "not her word"), "refs/heads/topic/word"))
    options = [word for name, value in _SPOOFED.items() for word in ("-o", f"{name}={value}")]
    bench.act("bob, http, push options that say ann", SHOP, "bob", bench.push(http(SHOP, "bob"), "refs/heads/main", *options))
    headers = {f"GIT_CONFIG_KEY_{number}": "http.extraHeader" for number in range(3)}
    values = ("X-WEBAUTH-USER: ann", "Gitea-Pusher-Name: ann", "Sudo: ann")
    headers |= {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(values)} | {"GIT_CONFIG_COUNT": "3"}
    bench.act("bob, http, headers that say ann", SHOP, "bob", bench.push(http(SHOP, "bob"), "refs/heads/main", **headers))
    send = [f"-o SendEnv={name}" for name in (*_SPOOFED, "GITEA_INTERNAL_PUSH")]
    bench.act("bob, ssh, SendEnv, all of it let in by sshd", SHOP, "bob",
              bench.push(ssh, "refs/heads/main", **gitea.with_key("bob", *send), **_SPOOFED))  # fmt: skip
    bench.act("the same, with GITEA_INTERNAL_PUSH=true", SHOP, "bob",
              bench.push(ssh, "refs/heads/main", **gitea.with_key("bob", *send), **_SPOOFED, GITEA_INTERNAL_PUSH="true"))
    gitea.api("ann", "POST", f"/repos/{SHOP}/keys", title="deploy", key=gitea.public("deploy"), read_only=False)
    key = gitea.with_key("deploy")
    bench.act("a deploy key, ssh, a branch that it may", SHOP, "ann", bench.push(ssh, "refs/heads/import/one", **key))
    bench.act("a deploy key, ssh, a branch that only its owner may", SHOP, "ann", bench.push(ssh, "refs/heads/main", **key))
    bench.act("bob, ssh, a pull request by refs/for/main", SHOP, "bob",
              bench.push(ssh, "refs/for/main", "-o", "topic=agit", **gitea.with_key("bob")))


def by_the_api(bench: Bench) -> None:
    """What the web interface does too: some of it pushes, and some moves refs past every hook but reference-transaction."""
    api, repo = bench.gitea.api, f"/repos/{SHOP}"

    def act(what: str, expected: str, user: str, method: str, path: str, **body: Any) -> Any:
        return bench.act(what, SHOP, expected, lambda: api(user, method, repo + path, **body))

    act("bob makes a branch that he may", "bob", "bob", "POST", "/branches", new_branch_name="topic/api", old_branch_name="main")
    act("bob makes a branch that he may not", "bob", "bob", "POST", "/branches", new_branch_name="api", old_branch_name="main")
    file = {"content": "MQo=", "message": "Add by the API"}
    act("bob writes a file on main", "bob", "bob", "POST", "/contents/bob", branch="main", **file)
    act("ann writes a file on main", "ann", "ann", "POST", "/contents/ann", branch="main", **file)
    for number, style in enumerate(("merge", "rebase", "squash")):
        api("bob", "POST", f"{repo}/branches", new_branch_name=f"topic/{style}", old_branch_name="main")
        api("bob", "POST", f"{repo}/contents/{style}", branch=f"topic/{style}", **file)
        request = {"head": f"topic/{style}", "base": "main", "title": style}
        made = act(f"bob opens a pull request ({style})", "bob", "bob", "POST", "/pulls", **request)
        time.sleep(4)  # Gitea looks whether it can be merged
        merge = f"/pulls/{made['number']}/merge"
        if not number:
            act(f"bob merges his own request ({style})", "bob", "bob", "POST", merge, Do=style)
            time.sleep(10)
        act(f"ann merges bob's request ({style})", "ann", "ann", "POST", merge, Do=style)
    act("ann makes a tag", "", "ann", "POST", "/tags", tag_name="v1", target="main", message="one")
    act("bob makes a tag, which he may not", "", "bob", "POST", "/tags", tag_name="v2", target="main")
    act("bob makes a release with a tag", "", "bob", "POST", "/releases", tag_name="v3", target_commitish="main", name="three")
    act("bob deletes the tag", "", "bob", "DELETE", "/tags/v2")
    act("bob deletes a branch, which he may not", "", "bob", "DELETE", "/branches/topic%2Fone")


def elsewhere(bench: Bench) -> None:
    """Other repositories, names that change, hooks that are written again."""
    gitea, api = bench.gitea, bench.gitea.api
    api("ann", "POST", f"/repos/{SHOP}/wiki/new", title="Home", content_base64="MQo=")
    wiki = f"{SHOP}.wiki"
    bench.act("the wiki, http, no gitward there yet", wiki, "", bench.push(gitea.http(wiki, "ann"), "refs/heads/other"))
    bench.install(wiki)
    bench.act("the wiki, http", wiki, "bob", bench.push(gitea.http(wiki, "bob"), "refs/heads/more"))
    bench.act("a page of the wiki, API", wiki, "ann", lambda: api("ann", "POST", f"/repos/{SHOP}/wiki/new", title="Two",
                                                                  content_base64="MQo="))  # fmt: skip
    api("bob", "POST", f"/repos/{SHOP}/forks", name="fork")
    bench.act("a fork has no hook of gitward's", "bob/fork", "", bench.push(gitea.http("bob/fork", "bob"), "refs/heads/any"))
    gitea.run("--config", str(gitea.ini), "admin", "regenerate", "hooks")
    bench.act("after `admin regenerate hooks`", SHOP, "ann", bench.push(gitea.http(SHOP, "ann"), "refs/heads/main", "-f"))
    api("ann", "PATCH", f"/repos/{SHOP}", name="store")
    store = "ann/store"
    bench.act("the repository has a new name", store, "ann", bench.push(gitea.http(store, "ann"), "refs/heads/main", "-f"))
    bench.act("and is reached by its old one", store, "ann", bench.push(gitea.http(SHOP, "ann"), "refs/heads/main", "-f"))
    api("dan", "POST", "/admin/users/ann/rename", new_username="anna")
    renamed = "anna/store"
    bench.act("ann is anna now", renamed, "anna", bench.push(gitea.http(renamed, "anna"), "refs/heads/main", "-f"))
    gitea.create_user("ann", "new-ann@example.com")
    api("anna", "PUT", f"/repos/{renamed}/collaborators/ann", permission="write")
    bench.act("**a new ann has taken the name**", renamed, "ann", bench.push(gitea.http(renamed, "ann"), "refs/heads/main", "-f"))
    bench.install(renamed, "gitea-id", ann='{accounts: ["2"]}', bob='{accounts: ["3"]}')
    bench.act("the new ann, by gitea-id", renamed, "ann", bench.push(gitea.http(renamed, "ann"), "refs/heads/main", "-f"))
    bench.act("anna, by gitea-id", renamed, "anna", bench.push(gitea.http(renamed, "anna"), "refs/heads/main", "-f"))
    key = gitea.with_key("deploy")
    bench.act("the deploy key, by gitea-id", renamed, "anna", bench.push(gitea.ssh(renamed), "refs/heads/import/two", **key))
    unaudited(bench, renamed)
    gitea.restart_builtin()
    send = [f"-o SendEnv={name}" for name in _SPOOFED]
    bench.act("bob, the built-in ssh server, SendEnv", renamed, "bob",
              bench.push(gitea.ssh(renamed), "refs/heads/topic/builtin", **gitea.with_key("bob", *send), **_SPOOFED))
    bench.act("the deploy key, the built-in ssh server", renamed, "anna",
              bench.push(gitea.ssh(renamed), "refs/heads/import/three", **gitea.with_key("deploy")))


def unaudited(bench: Bench, repository: str) -> None:
    """The same again, where the policy says that a ref moves only by a decision."""
    api, repo = bench.gitea.api, f"/repos/{repository}"
    bench.install(repository, "gitea-id", ann='{accounts: ["2"]}', bob='{accounts: ["3"]}', more="unaudited-updates: deny\n")
    says = "with unaudited-updates: deny, "
    bench.act(f"{says}anna pushes", repository, "anna", bench.push(bench.gitea.http(repository, "anna"), "refs/heads/main", "-f"))
    bench.act(f"{says}anna makes a tag, API", repository, "",
              lambda: api("anna", "POST", f"{repo}/tags", tag_name="v9", target="main"))  # fmt: skip
    bench.act(f"{says}bob deletes a branch, API", repository, "", lambda: api("bob", "DELETE", f"{repo}/branches/topic%2Ftwo"))


def main() -> int:
    binary, static = (*sys.argv[1:], *("",) * 2)[:2]
    binary, static = binary or os.environ.get("GITEA", ""), static or os.environ.get("STATIC_ROOT", "")
    if not binary:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="gw-") as name, ExitStack() as stack:
        folder = Path(name)
        gitea = Gitea.made(binary, static, folder, stack)
        bench = Bench(gitea, folder)
        gitea.api("ann", "POST", "/user/repos", name="shop", auto_init=True, default_branch="main")
        gitea.api("ann", "PUT", f"/repos/{SHOP}/collaborators/bob", permission="write")
        installed = bench.install(SHOP)
        bench.git("fetch", "-q", str(gitea.bare(SHOP)), "main")
        bench.git("reset", "-q", "--hard", "FETCH_HEAD")
        for each in (over_git, by_the_api, elsewhere):
            each(bench)
        text = page(bench, gitea.run("--version").strip(), gitea.version(), installed.replace(str(folder), ""))
    (ROOT / "bench" / "results" / "gitea.md").write_text(text)
    print("\n".join(f"not as expected: {row.what}" for row in bench.rows if not row.ok), file=sys.stderr)
    return 0 if all(row.ok for row in bench.rows) else 1


def page(bench: Bench, program: str, version: str, installed: str) -> str:
    rows = [(row.what, row.hook, row.said, row.moved) for row in bench.rows]
    date, commit = time.strftime("%Y-%m-%d", time.gmtime()), git("rev-parse", "--short", "HEAD", cwd=ROOT)
    return (
        f"# What Gitea tells a hook\n\n{date}, commit {commit}, {machine()}.\n`bench/gitea.py`: {program}; its API calls "
        f"itself {version}. ssh is OpenSSH's sshd with `AcceptEnv *`,\nwhere it is not said to be the built-in server.\n\n"
        "Ann (id 2) owns the repository, Bob (3) may write. By the policy Ann may do anything, Bob may make and move `topic/**`"
        ",\nand deploy key 1 may make `import/**`. The second column has GITEA_PUSHER_NAME and _ID, and what else was not 0.\n\n"
        + table(("what", "the hook was told", "gitward", "refs moved"), rows)
        + f"\n`gitward install --server` said:\n\n```\n{installed}```\n"
    )


if __name__ == "__main__":
    sys.exit(main())
