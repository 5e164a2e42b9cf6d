"""JUnit XML: one suite for each policy, one test case for each entry. Shaped as the XSD of Jenkins' xUnit plug-in asks.

Only what binds is a failure or an error: warnings, and all that a policy in evaluate finds, are a passed test's output.
"""

from __future__ import annotations

from xml.etree import ElementTree

from gitward.render import text
from gitward.render.counts import undecided
from gitward.render.escape import visible
from gitward.render.findings import level
from gitward.render.place import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from gitward.model import Decision, Failure, Result


def render(decision: Decision) -> str:
    """The report as XML 1.0. `visible` leaves no character that XML cannot hold."""
    suites = [_suite(decision, index) for index in range(len(decision.policies))]
    if decision.failure:
        suites.append(_failed(decision, decision.failure))
    root = ElementTree.Element("testsuites", {"name": "gitward", **_totals(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _totals(parts: list[Element]) -> dict[str, str]:
    return {name: str(sum(int(part.get(name, "0")) for part in parts)) for name in ("tests", "failures", "errors")}


def _suite(decision: Decision, index: int) -> Element:
    name = decision.policies[index].id
    if sum(policy.id == name for policy in decision.policies) > 1:  # GitLab drops a second test of the same name
        name = f"{name} ({index + 1})"
    cases = [_case(decision, name, result) for result in decision.results if result.policy == index]
    return _suite_of(decision, name, cases)


def _suite_of(decision: Decision, name: str, cases: list[Element]) -> Element:
    tally = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    suite = ElementTree.Element("testsuite", {"name": visible(name), **{key: str(tally[key]) for key in tally}})
    suite.set("timestamp", decision.time)
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(decision).items():
        ElementTree.SubElement(properties, "property", {"name": key, "value": visible(value)})
    suite.extend(cases)
    return suite


def _properties(decision: Decision) -> dict[str, str]:
    return {
        "decision": decision.id,
        "outcome": decision.outcome,
        "would_be": decision.would_be,
        "stage": decision.stage,
        "version": decision.version,
    }


def _case(decision: Decision, policy: str, result: Result) -> Element:
    """Failed for violations, an error for undecided, skipped where nothing was judged, else passed."""
    case = ElementTree.Element("testcase", {"name": visible(result.entry), "classname": visible(f"gitward.{policy}")})
    kind = {"undecided": "error", "violated": "failure"}.get(result.outcome, "")
    report = text.plain(text.block(decision, result, all_violations=True))
    if kind and level(decision, result) == "error":
        sentence = _sentence(result)
        ElementTree.SubElement(case, kind, {"type": visible(result.rule), "message": sentence}).text = report
    elif result.outcome in ("exempt", "not-applicable"):
        reasons = "; ".join(f"{outcome}: {reason} ({count})" for outcome, reason, count in result.reasons)
        ElementTree.SubElement(case, "skipped", {"message": visible(reasons or result.outcome)})
    elif report:
        ElementTree.SubElement(case, "system-out").text = report
    return case


def _sentence(result: Result) -> str:
    """What a list of failed tests shows: the first violation, or the first reason why nothing could be decided."""
    if result.outcome == "violated":
        first = result.violations[0]
        return visible(f"{place(first)}: {first.message}")
    return visible(next(reason for reason, _ in undecided(result)))


def _failed(decision: Decision, failure: Failure) -> Element:
    case = ElementTree.Element("testcase", {"name": visible(failure.reason), "classname": "gitward"})
    attributes = {"type": visible(failure.reason), "message": visible(failure.message)}
    ElementTree.SubElement(case, "error", attributes).text = text.plain(text.failure_lines(failure))
    return _suite_of(decision, "gitward", [case])
