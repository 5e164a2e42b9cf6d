"""Forms of English verbs at the start of a commit's subject, told by their endings and by lists of words.

What ends in `-ed` or `-ing` is a verb's form unless a list says otherwise. What ends in `-s` is more often a plural, so
there the list says what is a verb; a word that is both, `tests` or `changes`, is told by what follows it.
"""

from __future__ import annotations

PAST, GERUND, THIRD = "past tense", "a gerund", "third person"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# verbs whose third person is hardly ever a plural noun
_VERBS = _words("""
abort absorb accept accommodate accumulate acknowledge acquire activate adapt add adjust adopt advertise advise affect
aim align allocate allow alter amend analyze annotate announce anticipate append apply approve arrange ask assemble
assert assign associate assume attach attempt augment authenticate authorize automate avoid await backport balance
become begin belong bisect borrow bring broaden bump bundle bypass calculate cancel canonicalize capitalize capture
carry cause centralize choose clarify classify clean clear collapse collect combine come communicate compare compile
complain complete comply compress compute concatenate configure confirm connect consider consist consolidate construct
consume contain continue contribute convert correct corrupt crawl create customize deactivate deal debug decide declare
decode decouple decrease decrement decrypt deduplicate define degrade delegate delete deliver demonstrate deny depend
deploy deprecate derive describe deserialize destroy detach detect determine differ differentiate disable disallow
disambiguate discard disconnect discourage discover dismiss display distinguish distribute do downgrade drop eliminate
emit employ enable encapsulate encode encourage encrypt enforce enhance enlarge ensure enter enumerate erase establish
evaluate examine exceed exclude execute exist exit expand expect explain expose express extend extract fail fall find
finish flatten forbid forget forgive formalize generalize generate get give go grow guarantee hardcode harden have help
hide hoist honor honour identify ignore illustrate implement import improve include incorporate increase increment
indent indicate infer inform inherit initialise initialize inject inline insert inspect install instantiate instruct
integrate interpret introduce invalidate invert invoke involve isolate iterate join justify keep kill lack launch learn
leave let leverage limit listen localize locate loosen lower maintain make manage manipulate maximize measure mention
migrate minimize mitigate modernize modify move narrow negotiate normalise normalize notify obey obtain omit open
optimise optimize organize overhaul override overwrite parallelize parse permit persist pick polish populate postpone
precede precompute prefer prepare prepend preserve prevent print proceed produce prohibit promote propagate propose
protect prove provide publish pull purge put qualify raise randomize reach read realign reallocate rearrange rebase
rebuild recalculate receive recognize recommend recompute reconcile reconnect record recover recreate redefine redo
reduce reenable refactor refer refine reflect reformat refresh refuse regenerate register reimplement reindent
reinstate reintroduce reject relax relocate rely remain remember remove rename render renumber reorder reorganize
repair repeat rephrase replace replicate report represent reproduce require reread reserve resolve respect respond
restore restrict restructure retain rethink retire retrieve retry return reuse revamp reveal revert revise reword
rework rewrite run sanitize satisfy save say scrub see seem select send separate serialize serve shorten show shrink
shuffle shut signify silence simplify simulate skip smooth solve specify speed split squash squelch stabilize
standardize start stash stay stick stop store streamline strengthen strip submit substitute suggest supersede suppress
survive swap switch synchronize tackle take talk teach tell terminate throw tidy tighten tolerate transfer transform
translate transmit traverse treat truncate try turn unbreak undo unescape unify unlock unpack unset upgrade upload use
utilize validate verify warn widen work wrap write yield
""")
# verbs whose third person is a plural noun as often
_NOUNS = _words("""
access address alias archive audit backup benchmark block boost branch build cache call cast change check claim clone
close comment commit compromise condition contrast control copy cost count cover cross cut cycle date default delay
design document download draft dump echo edit embed end error escape estimate exercise export factor feature fetch file
fill filter fit fix flag float flush focus fold force fork format forward free function gain group guard guess guide
hack handle hash head highlight hint hook index influence input interface issue label layer lead level license lift
link list load lock log look loop map mark mask match matter mean merge mirror mix mock name need nest note number
object offer order output pack package page parameter partition pass patch pin pipe place plan play plot plug point
poll pool port post press process profile program project prompt push query queue quote range rate reason redirect
release request rescue research reset restart result review reward root route rule sample scale schedule scope score
search sense set shape share shift ship side sign signal size sort source space spawn spell stack stage stamp state
step stub style supply support sync table tag target task template test thread time title token touch trace track
transition trap trigger trim trust tune tweak type update value version view visit vote wait want watch wire wish zero
""")
_IRREGULAR = _words("""
became began bent blew bought broke brought built burnt came caught chose clung crept dealt did done drank drew drove
dug fell felt flew forbade forgave forgot fought found froze gave got gotten grew had hid hung kept knew laid learnt
led left lent lost made meant misled mistook overrode oversaw overtook overwrote paid proved ran rang rebuilt redid
redone redrew remade reran resent rethought retook rewritten rewrote said sang sank sent shook shrank slept slid sold
sought spent spoke spoken spun stole stood struck stuck swept swung taught thought threw told took tore understood
undid undone unstuck unwound upheld was went were withdrew withheld won wore written wrote
""")
# adjectives and nouns as often as forms of a verb; which, is told by what follows
_DESCRIBING = _words("""
accounting advanced assorted automated based binding blocking bookkeeping breaking browsing chunked coding colored
coloured combined complicated conflicting confusing corresponding dangling dashed dated debugging dedicated detached
detailed distributed embedded encoding ending engineering existing failing finishing floating following formatting
heading hid housekeeping incoming interested interesting landing layered leading led left licensing limited linting
listing locking logging lost mapping matching meaning messaging misleading missing mixed modeling monitoring
multiplexing multithreaded multithreading named naming needed nested nesting networking numbering ongoing opening
outgoing outstanding overlapping packaging packed padding paged pairing pending pipelining plumbing pooling precompiled
profiling programming recurring related remaining rendering rolling rounding routing scaffolding scheduling scripted
scripting sequencing sharding shared signed sized sliding spacing spelling stacked staged streaming structured styling
surrounding tabbed templating testing threaded threading throttling timing tired tooling tracing tracking trailing
training trending troubleshooting trusted typed typesetting typing upcoming versioned versioning warning weighted
whatchanged wording working
""")
_OTHERS = _words("""
according anything bed biped boeing ceiling darling during embed evening everything hatred hundred imbed indeed
infrared kindred moped morning naked nothing offspring outing peking pudding red sacred seabed sibling something
sterling testbed wed wedding wicked
""")
_EED = ("agreed", "decreed", "freed", "guaranteed")
_NO_VERBS = _words("across always besides its oops perhaps sometimes towards unless upwards versus whereas yes")
_DETERMINERS = _words("""
a an the this these those its their our his her my your it them us all both each every some any another
""")
_AFTER_NOUNS = _words("""
about across after against and are around as at be because before being between but by can cannot could did do don't
done during for from had has have if in inside into is like may might must not of on only onto or outside over per
regarding related shall should since so such than that to under until using via was were when where which while who
will with within without would
""")
_VOWELS = frozenset("aeiouy")
_SIGNS = tuple("&+-=(|0123456789")  # at the start of what follows
_FORM_ENDS = ("ed", "ing", "s")
_NO_VERB_ENDS = ("ss", "us", "is", "os", "as")


def _third(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2] not in _VOWELS:
        return base[:-1] + "ies"
    return base + "s"


_BASES = _VERBS | _NOUNS
_THIRD = {_third(base): base for base in _VERBS if base != "have"} | {"has": "have"}
_PLURALS = {_third(base): base for base in _NOUNS}


def may_be_form(word: str) -> bool:
    """Whether a lower-case word is worth asking `form` about; most are not."""
    return word.endswith(_FORM_ENDS) or word in _IRREGULAR


def form(word: str, following: str) -> str:
    """PAST, GERUND or THIRD where a word is one of these, else ''; both words in lower case, '' where none follows."""
    if following not in _DETERMINERS and _may_describe(word):
        return ""
    if word in _IRREGULAR:
        return PAST
    if word.endswith("ed"):
        return PAST if _is_past(word) else ""
    if word.endswith("ing"):
        return GERUND if _is_gerund(word) else ""
    return THIRD if word.endswith("s") and _is_third(word, following) else ""


def is_base(word: str) -> bool:
    """Whether a lower-case word is a verb in the imperative, as far as the lists go."""
    return word in _BASES


def imperative(word: str) -> str:
    """The verb that a form in -ed, -ing or -s is of, '' where the lists do not tell."""
    if known := _THIRD.get(word) or _PLURALS.get(word):
        return known
    stem = word.removesuffix("ing") if word.endswith("ing") else word.removesuffix("ed")
    last = stem[-1:]
    for base in (stem, stem + "e", stem[:-1], stem[:-1] + "y" if last == "i" else ""):
        if base in _BASES:
            return base
    return ""


def _may_describe(word: str) -> bool:
    return word in _DESCRIBING or (word.startswith("un") and word.endswith(("ed", "ing")))


def _is_past(word: str) -> bool:
    if word.endswith("eed"):
        return word.endswith(_EED)
    return word not in _OTHERS and not _VOWELS.isdisjoint(word[:-2])


def _is_gerund(word: str) -> bool:
    return word not in _OTHERS and not _VOWELS.isdisjoint(word[:-3]) and not word.endswith(("string", "thing"))


def _is_third(word: str, following: str) -> bool:
    if word in _THIRD:
        return True
    if word in _PLURALS:
        return not _follows_noun(following) if following else word == "fixes"
    return following in ("a", "an", "the") and word not in _NO_VERBS and not word.endswith(_NO_VERB_ENDS)


def _follows_noun(word: str) -> bool:
    """Whether a word stands behind a plural noun rather than behind a verb: `tests for`, `files moved`, `hooks run`."""
    if word.endswith(("ed", "ing")):
        return not _may_describe(word)
    return word in _AFTER_NOUNS or word in _VERBS or word.startswith(_SIGNS)
