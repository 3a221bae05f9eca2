"""What pages elsewhere answered comes in; a report for a maintainer, with the lines to change, goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.online import DEAD, FINE, MOVED, SLOW, UNCLEAR

if TYPE_CHECKING:
    from datetime import date

    from kb.online import Answer
    from kb.outgoing import Outgoing, Use

SECTIONS = {
    DEAD: (
        "Dead",
        (
            "Each was asked more than once. Ask again on another day before you write `state: dead`. Then look for an "
            "archived copy, open it, and write its address and day."
        ),
    ),
    MOVED: ("Moved", "Open the new address and see that it is the same page. Then change the link, and the record."),
    UNCLEAR: ("Look by hand", "Some hosts turn programs away and let readers in. Open each in a browser."),
    SLOW: ("Slow", "These took long, or did not answer in time."),
    FINE: ("Fine", "These answered."),
}


def write_report(answers: list[Answer], records: list[Outgoing], uses: list[Use], name: str, day: date) -> str:
    """Give the report as Markdown: its day, the counts, then each kind of answer, the worst first.

    `name` is the file of the records. Nothing is changed: the report suggests lines, and somebody decides.
    """
    counts = [f"{sum(item.kind == kind for item in answers)} {title.lower()}" for kind, (title, _) in SECTIONS.items()]
    parts = [f"# Outgoing links, asked on {day.isoformat()}", "", f"{len(answers)} addresses: {', '.join(counts)}."]
    if answers and not any(answer.heard for answer in answers):
        warning = "No host could be reached. Is there a network? Nothing follows from this run."
        return "\n".join([*parts, "", warning, ""])
    for kind, (title, advice) in SECTIONS.items():
        found = [answer for answer in answers if answer.kind == kind]
        if found:
            parts += ["", f"## {title}", "", advice, ""]
            for answer in found:
                parts += _item(answer, records, uses)
    lost = [(answer.url, fragment) for answer in answers for fragment in answer.lost]
    if lost:
        parts += ["", "## Sections that are no longer there", "", "The page answers, but has no such id.", ""]
        parts += [f"- <{url}#{fragment}>{_places(url, '', uses)}" for url, fragment in lost]
    return "\n".join([*parts, "", *_suggested(answers, records, name, day), ""])


def _item(answer: Answer, records: list[Outgoing], uses: list[Use]) -> list[str]:
    """Give the lines of one address: what it answered, how often it was asked, and where we link to it."""
    often = f" (asked {answer.asked} times)" if answer.asked > 1 else ""
    why = f": {answer.why}{often}" if answer.why else often
    of = next((record.url for record in records if record.archived == answer.url), "")
    return [f"- <{answer.url}>{why}{f'; archived copy of <{of}>' if of else ''}{_places(answer.url, of, uses)}"]


def _places(url: str, original: str, uses: list[Use]) -> str:
    """Say where we link to an address, three places at most."""
    places = [f"{use.path}:{use.line}" for use in uses if use.url.partition("#")[0] in {url, original}]
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""  # noqa: PLR2004 - enough to start from
    return f" — {', '.join(places[:3])}{more}" if places else ""


def _suggested(answers: list[Answer], records: list[Outgoing], name: str, day: date) -> list[str]:
    """Give the lines that the file of records would change, record by record."""
    by_url = {answer.url: answer for answer in answers}
    lines = [f"## Lines for {name}", "", "After you have looked. Leave out what you did not see.", "", "```yaml"]
    for record in records:
        answer = by_url.get(record.url)
        if answer and answer.kind != UNCLEAR and (answer.heard or answer.kind == DEAD):
            lines += [f"# {name}:{record.line}", f"- url: {record.url}", f'  checked: "{day.isoformat()}"']
            if answer.kind == MOVED:
                lines += ["  state: moved", f"  moved_to: {answer.leads_to}"]
            elif answer.kind == DEAD:
                lines += ["  state: dead  # only if it fails again on another day"]
            else:
                lines += ["  state: live"]
    return [*lines, "```"]
