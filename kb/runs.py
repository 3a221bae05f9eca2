"""The works and citation groups of a whole site come in; all its references and marks go out, in the least time.

All works that any page cites are told apart together, so that a suffix such as 2002a means the same work on every page.
A style such as APA's also tells authors of one family name apart by their given names, and Pandoc's time for that grows
with the square of the works. So one run, without that rule, formats everything; beside it, the works that have a
namesake are formatted with the rule, a portion at a time. References and marks are two runs, so that they need only
the time of one. Where such a work is cited among others, its words in the
first run are replaced by those of its portion; where they cannot be found there, Pandoc is asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.csl import IN_TEXT, NORMAL, Cite, Formatted, Group, Item, formatting, said
from kb.namesakes import alike, lookalikes, namesakes, portions
from kb.styles import AMPERSAND, marks_only

if TYPE_CHECKING:
    from pathlib import Path

    from kb.pandoc import Job
    from kb.styles import Style

FEW = 60  # so many works, or groups, are formatted as soon by one run as by two
PORTION = 80  # so many namesakes take Pandoc about as long as it takes to start
FRAME = re.compile(r"[(\[]?(.+?)[)\]]?", re.DOTALL)
AND = {"de": "und", "es": "y", "fr": "et", "it": "e", "nl": "en", "pl": "i", "pt": "e", "cy": "a"}


@dataclass(frozen=True)
class Part:
    """One of Pandoc's runs: the works whose references it gives, its groups, and the run."""

    keys: set[str]
    groups: list[Group]
    job: Job[tuple[dict[str, str], list[str]]]

    def made(self) -> Formatted:
        """Wait for the run and give what it made."""
        references, marks = self.job.result()
        mine = {key: text for key, text in references.items() if key in self.keys}
        return Formatted(mine, dict(zip(self.groups, marks, strict=True)))


class Run:
    """Pandoc at work beside the rendering of pages; `result` waits for it."""

    def __init__(self, style: Style, lang: str, items: list[Item], groups: list[Group], cache: Path | None) -> None:
        """Start formatting `groups` and the list of `items`, unless `cache` has the result of exactly this."""
        self.style, self.lang, self.items, self.groups, self.cache = style, lang, items, groups, cache
        self.every, self.by_key = style.namesakes == "all", {item["id"]: item for item in items}
        every_key = {item["id"] for item in items}
        few = len(items) <= FEW or not style.namesakes
        self.apart = set() if few else namesakes(items, every=self.every)
        self.parts: list[Part] = []
        if not self.apart:
            whole = style.numeric or len(groups) <= FEW
            if items:
                self.parts.append(self._part(style.text, items, every_key, groups if whole else []))
            if items and not whole:
                self.parts.append(self._part(marks_only(style.text), items, set(), groups))
            return
        portion = portions(items, self.apart, every=self.every, size=PORTION)
        own = {group: number for group in groups for number in self._home(group, portion)}
        found = {cite.key for group in groups if group not in own for cite in group} & self.apart
        singles = [(Cite(key),) for key in sorted(found)]
        others = [group for group in groups if group not in own]
        wanted = list(dict.fromkeys([*others, *singles]))
        self.parts.append(self._part(style.quick, items, every_key, []))
        self.parts.append(self._part(marks_only(style.quick), items, set(), wanted))
        for number, keys in enumerate(portion):
            mine = [group for group in groups if own.get(group) == number]
            mine += [group for group in singles if group[0].key in keys]
            self.parts.append(self._among_namesakes(keys, list(dict.fromkeys(mine))))

    def result(self) -> Formatted:
        """Wait for the runs and give what they made. Raises RuntimeError with Pandoc's own words if one failed."""
        made = [part.made() for part in self.parts]
        references = {key: text for part in made for key, text in part.references.items()}
        plain = {group: mark for part in made[:2] for group, mark in part.marks.items()}
        exact = {group: mark for part in made[2:] for group, mark in part.marks.items()}
        marks = {group: exact.get(group) or self._composed(group, plain, exact) for group in self.groups}
        if left := [group for group, mark in marks.items() if mark is None]:
            marks |= self._among_namesakes({cite.key for group in left for cite in group}, left).made().marks
        titles = {item["id"]: said(item, title_only=True) for item in self.items}
        references = {key: text.replace(AMPERSAND, "&amp;") for key, text in references.items() if text}
        references |= {item["id"]: said(item) for item in self.items if item["id"] not in references}
        written = {
            group: self._joined(group, mark) if mark else f"({'; '.join(titles[cite.key] for cite in group)})"
            for group, mark in marks.items()
        }
        return Formatted(references, written)

    def _part(self, csl: str, items: list[Item], keys: set[str], groups: list[Group]) -> Part:
        """Start one run."""
        return Part(keys, groups, formatting(self.style, csl, self.lang, items, groups, self.cache))

    def _among_namesakes(self, keys: set[str], groups: list[Group]) -> Part:
        """Start a run that tells people apart, for works, groups that cite them, and lookalikes."""
        among = keys | {cite.key for group in groups for cite in group}
        return self._part(self.style.text, lookalikes(self.items, among, every=self.every), keys, groups)

    def _home(self, group: Group, portion: list[set[str]]) -> list[int]:
        """Give the one portion that formats a group by itself, if any.

        It does when the group is a single work's or when its works share a name, which a style may then print once.
        """
        cited = [self.by_key[cite.key] for cite in group if cite.key in self.apart]
        if not cited or (len(group) > 1 and not alike(cited, every=self.every)):
            return []
        return [number for number, works in enumerate(portion) if all(item["id"] in works for item in cited)]

    def _composed(self, group: Group, quick: dict[Group, str], exact: dict[Group, str]) -> str | None:
        """Give a group's mark with the words of each namesake in it as its portion has them, or None if that fails."""
        mark: str | None = quick[group]
        for cite in group:
            if cite.key not in self.apart or not mark:
                continue
            before, after = (FRAME.fullmatch(marks[Cite(cite.key),]) for marks in (quick, exact))
            if not before or not after or cite.mode != NORMAL:
                return None
            found = [*re.finditer(rf"(?<!\w){re.escape(before[1])}(?!\w)", mark)]
            if len(found) != 1:
                return None
            mark = mark[: found[0].start()] + after[1] + mark[found[0].end() :]
        return mark

    def _joined(self, group: Group, text: str) -> str:
        """Write the "&" between two names, which a sentence says as a word: "Roe and Poe (2019)"."""
        word = AND.get(self.lang[:2], "and") if group[0].mode == IN_TEXT else "&amp;"
        return text.replace(AMPERSAND, word)
