"""Every rule of gitlint, its options with their defaults, and the entry that says the same here."""

from __future__ import annotations

from gitward.imports.found import Note, Proposal, anywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitward.imports.found import Kind, Value

    Options = dict[str, str]

_TYPES = "fix,feat,chore,docs,style,refactor,perf,test,revert,ci,build"
_RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("T1", "title-max-length", {"line-length": "72"}),
    ("T2", "title-trailing-whitespace", {}),
    ("T3", "title-trailing-punctuation", {}),
    ("T4", "title-hard-tab", {}),
    ("T5", "title-must-not-contain-word", {"words": "WIP"}),
    ("T6", "title-leading-whitespace", {}),
    ("T7", "title-match-regex", {"regex": ""}),
    ("T8", "title-min-length", {"min-length": "5"}),
    ("B1", "body-max-line-length", {"line-length": "80"}),
    ("B2", "body-trailing-whitespace", {}),
    ("B3", "body-hard-tab", {}),
    ("B4", "body-first-line-empty", {}),
    ("B5", "body-min-length", {"min-length": "20"}),
    ("B6", "body-is-missing", {"ignore-merge-commits": "true"}),
    ("B7", "body-changed-file-mention", {"files": ""}),
    ("B8", "body-match-regex", {"regex": ""}),
    ("M1", "author-valid-email", {"regex": r"^[^@ ]+@[^@ ]+\.[^@ ]+"}),
    ("I1", "ignore-by-title", {"regex": "", "ignore": "all"}),
    ("I2", "ignore-by-body", {"regex": "", "ignore": "all"}),
    ("I3", "ignore-body-lines", {"regex": ""}),
    ("I4", "ignore-by-author-name", {"regex": "", "ignore": "all"}),
    ("CT1", "contrib-title-conventional-commits", {"types": _TYPES}),
    ("CC1", "contrib-body-requires-signed-off-by", {}),
    ("CC2", "contrib-disallow-cleanup-commits", {}),
    ("CC3", "contrib-allowed-authors", {}),
)
IDS = {short: name for short, name, _ in _RULES}
OPTIONS = {name: options for _, name, options in _RULES}
CONTRIB = frozenset(name for name in OPTIONS if name.startswith("contrib-"))
_RUNS: tuple[Kind, str] = ("no equivalent", "it is about how gitlint runs, not about what it judges")
GENERAL: dict[str, tuple[Kind, str]] = {
    **dict.fromkeys(("verbosity", "debug", "target", "ignore-stdin", "staged", "fail-without-commits"), _RUNS),
    "extra-path": ("no equivalent", "user-defined rules are programs, and a policy is data"),
    # what these say shows in the entries and in what is said of gitlint as a whole
    **dict.fromkeys(("ignore", "contrib", "ignore-merge-commits", "regex-style-search"), ("off", "")),
    **dict.fromkeys(("ignore-revert-commits", "ignore-fixup-commits", "ignore-fixup-amend-commits", "ignore-squash-commits"),
                    ("differs", "here no title switches a rule off")),
}  # fmt: skip
_NONE: dict[str, str] = {
    "body-trailing-whitespace": "no rule looks at white space in the body",
    "body-hard-tab": "no rule looks at tabs in the body",
    "body-changed-file-mention": "no rule asks that a body names a file",
    "body-match-regex": "no rule looks for a pattern in the body; a trailer has rules of its own",
    "ignore-by-title": "text that its author controls switches no rule off here; exempt single commits by id",
    "ignore-by-body": "text that its author controls switches no rule off here; exempt single commits by id",
    "ignore-body-lines": "no line switches itself off; body-line-length has exempt_lines",
    "ignore-by-author-name": "a name is its author's word; exempt single commits by id",
    "contrib-allowed-authors": "no rule reads an AUTHORS file; addresses come with rule ident",
}
_WIDE = "measured in columns of a terminal; URLs, code, tables, quotes, trailers and single long words may be longer"


class Rules:
    """The rules that are on, each with its options, until `proposals` makes entries of them."""

    def __init__(self) -> None:
        self.on: dict[str, dict[str, Options]] = {}  # instance -> rule -> its options
        self.given: dict[tuple[str, str], Options] = {}
        self.notes: list[Note] = []
        self.late: list[Note] = []  # found while `proposals` runs
        self.merges = "skip"
        self.is_anchored = True  # `regex-style-search` is not set: patterns are held against the beginning

    def add(self, rule: str, instance: str, section: Options | None) -> None:
        """A rule that is on, with the options that its section gives; None where it has none."""
        given = section or {}
        name = f"{rule}:{instance}" if instance else rule
        is_idle = "regex" in OPTIONS[rule] and not {**OPTIONS[rule], **given}["regex"]
        is_idle = is_idle or (rule == "body-changed-file-mention" and not given.get("files", "").strip())
        if is_idle:
            if section is not None:
                self.notes.append(Note(setting=f"gitlint {name}", kind="off", words="it has no pattern, so gitlint skips it"))
        elif rule in _NONE:
            settings = _setting(name, given, given)
            self.notes.append(Note(setting=settings, kind="no equivalent", words=_NONE[rule]))
        else:
            self.on.setdefault(instance, {})[rule] = {**OPTIONS[rule], **given}
            self.given[instance, rule] = given

    def proposals(self) -> Iterator[Proposal]:
        """The entries. Of rules that become one entry together, those of one instance."""
        for instance, on in self.on.items():
            for rules, make in _MAKERS:
                found = {rule: on[rule] for rule in rules if rule in on}
                if found:
                    yield from make(self, instance, found)

    def entry(
        self, rule: str, instance: str, used: dict[str, Options], *, merges: str = "", id: str = "", differs: str = "",
        **options: Value,
    ) -> Proposal:  # fmt: skip
        """An entry for the gitlint rules `used`."""
        settings = tuple(
            _setting(f"{each}:{instance}" if instance else each, given, self.given[instance, each])
            for each, given in used.items()
        )
        if (merges or self.merges) == "judge":
            options["merges"] = "judge"
        own = f"{id or rule}-{instance}" if instance else id
        return Proposal(rule=rule, settings=settings, id=own, options=options, differs=(differs,) if differs else ())

    def left(self, name: str, options: Options, words: str) -> None:
        self.late.append(Note(setting=_setting(name, options, {}), kind="no equivalent", words=words))


def _setting(name: str, options: Options, given: Options) -> str:
    """`gitlint RULE (OPTION = VALUE)`, what is default named so."""
    said = [f"{option} = {value}{'' if option in given else ', the default'}" for option, value in options.items()]
    return f"gitlint {name}" + (f" ({'; '.join(said)})" if said else "")


def _length(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    least = on.get("title-min-length", {"min-length": "0"})["min-length"]
    most = on.get("title-max-length", {"line-length": "10000"})["line-length"]
    yield rules.entry("subject-length", instance, on, min=least.strip(), max=most.strip(), unit="code-points")


def _style(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    marks = "?:!.,;" if "title-trailing-punctuation" in on else ""
    is_blank = "body-first-line-empty" in on
    yield rules.entry(
        "subject-style", instance, on, trailing_punctuation=marks, white_space=False, blank_second_line=is_blank
    )


def _white_space(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    parts = {"title-leading-whitespace": r"^\s", "title-trailing-whitespace": r"\s$", "title-hard-tab": r"\t"}
    pattern = "|".join(part for rule, part in parts.items() if rule in on)
    words = "take out tabs, and white space at the ends of the subject"
    yield rules.entry("subject-pattern", instance, on, id="title-white-space", pattern=pattern, negate=True, description=words)


def _words(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    words = [word.strip().lower() for word in on["title-must-not-contain-word"]["words"].split(",") if word.strip()]
    if not words:
        rules.left("title-must-not-contain-word", {"words": ""}, "the list is empty")
        return
    pattern = rf"(?i)\b(?:{'|'.join(words)})\b"
    yield rules.entry("subject-pattern", instance, on, id="title-words", pattern=pattern, negate=True)


def _title(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    pattern = on["title-match-regex"]["regex"]
    yield rules.entry("subject-pattern", instance, on, id="title-regex", pattern=pattern)


def _lines(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    most = on["body-max-line-length"]["line-length"].strip()
    yield rules.entry("body-line-length", instance, on, max=most, differs=_WIDE)


def _body(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    if "body-is-missing" not in on:
        rules.left("body-min-length", on["body-min-length"], "a body that may be missing has no least length here")
        return
    least = on.get("body-min-length", {"min-length": "1"})["min-length"].strip()
    merges = "" if on["body-is-missing"]["ignore-merge-commits"].strip().lower() == "true" else "judge"
    words = "trailers and white space at the ends of lines are not counted as body"
    yield rules.entry("body-required", instance, on, merges=merges, min="1" if least == "0" else least, differs=words)


def _author(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    regex = on["author-valid-email"]["regex"]
    is_default = regex == OPTIONS["author-valid-email"]["regex"]
    emails = f"(?:{regex}).*" if rules.is_anchored and not is_default else anywhere(regex)
    yield rules.entry(
        "ident", instance, on, id="author-email", merges="skip", who=("author",), emails=emails, placeholders="allow"
    )


def _conventional(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    types = tuple(
        kind.strip() for kind in on["contrib-title-conventional-commits"]["types"].split(",") if kind.strip()
    )
    words = "the grammar of Conventional Commits 1.0.0 whole: no blank before the colon, a blank line below the subject"
    yield rules.entry("conventional-commit", instance, on, types=types, case="exact", differs=words)


def _signed_off(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    words = "the sign-off is a trailer with the name and address of the author or the committer"
    yield rules.entry("signed-off-by", instance, on, differs=words)


def _cleanup(rules: Rules, instance: str, on: dict[str, Options]) -> Iterator[Proposal]:
    yield rules.entry("no-fixup", instance, on, merges="skip")


_MAKERS: tuple[tuple[tuple[str, ...], Callable[[Rules, str, dict[str, Options]], Iterator[Proposal]]], ...] = (
    (("title-max-length", "title-min-length"), _length),
    (("title-trailing-punctuation", "body-first-line-empty"), _style),
    (("title-trailing-whitespace", "title-leading-whitespace", "title-hard-tab"), _white_space),
    (("title-must-not-contain-word",), _words),
    (("title-match-regex",), _title),
    (("body-max-line-length",), _lines),
    (("body-is-missing", "body-min-length"), _body),
    (("author-valid-email",), _author),
    (("contrib-title-conventional-commits",), _conventional),
    (("contrib-body-requires-signed-off-by",), _signed_off),
    (("contrib-disallow-cleanup-commits",), _cleanup),
)
