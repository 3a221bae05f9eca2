"""A stylesheet and what occurs in each page come in; what every page gets, few need, and only scripts draw goes out.

A selector stands in the first of these sheets that fits: with all pages, when some page can match it; apart, in a sheet
for the pages that need it, when those are few and what they need alone is worth a request; with the scripts that are
fetched later, when nothing but those names it. What nothing names stays with all pages. Within a sheet the order of
the rules is kept; the sheet apart comes after the common one, so rules that move there must not lean on a later rule
of equal weight (CSS Cascade 4, 6.4.3) – tests/test_weight.py compares what is drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import TYPE_CHECKING

from kb.assets import NAME, Rule, Used, matches, selectors, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TEST = re.compile(r"\[([^\]]*)\]")
FEW = 10  # a rule is apart when at most one page in so many can match it …
WORTH = 150  # … and rules of the same pages have so many bytes together


@dataclass(frozen=True)
class Piece:
    """One selector of a rule, or a rule without any: the groups (`@media …`) it stands in, outermost first."""

    groups: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True)
class Portions:
    """Three kinds of sheets as CSS: for all pages, for some pages by their names ("" where none), for later."""

    common: str
    apart: dict[str, str]
    later: str


def portions(rules: Sequence[Rule], pages: Mapping[str, Used], scripts: Used, later: Used) -> Portions:
    """Share a stylesheet out.

    `pages` says what occurs in each page, `scripts` what the scripts that every page runs may add to it, and `later`
    what those may add that are fetched when a reader reaches for them.
    """
    found = list(_pieces(rules))
    kinds: dict[Used, list[str]] = {}
    for name, used in zip(pages, _narrow(found, pages.values()), strict=True):
        kinds.setdefault(used, []).append(name)
    places: dict[tuple[str, ...], list[int]] = {}
    for number, piece in enumerate(found):
        places.setdefault(_pages(piece, kinds, scripts, later), []).append(number)
    few = {key: numbers for key, numbers in places.items() if 0 < len(key) * FEW <= len(pages)}
    few = {key: numbers for key, numbers in few.items() if len(_text(found, numbers)) >= WORTH}
    apart = {
        name: sorted(number for key, numbers in few.items() if name in key for number in numbers) for name in pages
    }
    last = places.get((), [])
    gone = {number for numbers in (*few.values(), last) for number in numbers}
    return Portions(
        _text(found, [number for number in range(len(found)) if number not in gone]),
        {name: _text(found, numbers) for name, numbers in apart.items()},
        _text(found, last),
    )


def _pieces(rules: Iterable[Rule], groups: tuple[str, ...] = ()) -> Iterable[Piece]:
    """Take rules apart, one selector each."""
    for rule in rules:
        if not rule.start.startswith("@"):
            yield from (Piece(groups, Rule(one, rule.declarations, rule.rules)) for one in selectors(rule.start))
        elif rule.rules and "keyframes" not in rule.start:
            yield from _pieces(rule.rules, (*groups, rule.start))
        else:
            yield Piece(groups, rule)


def _narrow(pieces: Iterable[Piece], pages: Iterable[Used]) -> Iterable[Used]:
    """Give of each page only what selectors ask for, so that pages that differ in nothing else are one kind."""
    text = "\n".join(piece.rule.start for piece in pieces)
    words, tests = set(NAME.findall(text)), {re.sub(r"[\"'\s]", "", test) for test in TEST.findall(text)}
    for used in pages:
        names = frozenset(name for name in used.names if name.lstrip(".#[") in words)
        yield replace(used, names=names, pairs=used.pairs & tests)


def _pages(piece: Piece, kinds: Mapping[Used, list[str]], scripts: Used, later: Used) -> tuple[str, ...]:
    """Name the pages that can match: all of them when nothing is known, none when only a later script makes it so."""
    everywhere = tuple(sorted(name for names in kinds.values() for name in names))
    selector = piece.rule.start
    # A custom property is given to be overruled further down the sheet (a section's colour, black on paper).
    if selector.startswith("@") or (selector.startswith("[") and piece.rule.declarations[0][0].startswith("--")):
        return everywhere
    able = [name for used, names in kinds.items() if matches(selector, _sum((used, scripts))) for name in names]
    if able:
        return tuple(sorted(able))
    some = _sum((*kinds, scripts))
    return () if not matches(selector, some) and matches(selector, _sum((some, later))) else everywhere


def _sum(all_used: Iterable[Used]) -> Used:
    """Give what occurs anywhere."""
    every = list(all_used)
    parts = ([getattr(used, field.name) for used in every] for field in fields(Used))
    return Used(*(frozenset().union(*part) for part in parts))


def _text(pieces: Sequence[Piece], numbers: Iterable[int]) -> str:
    """Write pieces as CSS: neighbours with the same declarations share them, and those of one group its braces."""
    made = []
    for groups, members in groupby((pieces[number] for number in numbers), key=lambda piece: piece.groups):
        rules = []
        alike = groupby((piece.rule for piece in members), key=lambda rule: (rule.declarations, rule.rules))
        for (declarations, inner), same in alike:
            starts = [rule.start for rule in same]
            whole = [Rule(start, declarations, inner) for start in starts if start.startswith("@")]
            rules += whole or [Rule(",".join(starts), declarations, inner)]
        made.append("".join(f"{group}{{" for group in groups) + write(rules) + "}" * len(groups))
    return "".join(made)
