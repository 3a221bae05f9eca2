"""CSL-JSON items come in; the keys of those that a mark such as "(Smith, 2020)" may confuse go out, in portions."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = ("author", "editor", "translator", "director", "collection-editor", "container-author")


def namesakes(items: Iterable[dict[str, Any]], *, every: bool) -> set[str]:
    """Give the keys of works whose first person (or `every` one) shares a family name with somebody else's work."""
    whose: dict[str, set[str]] = defaultdict(set)
    found = {item["id"]: _called(item, every=every) for item in items}
    for called in found.values():
        for name, person in called.items():
            whose[name].add(person)
    return {key for key, called in found.items() if any(len(whose[name]) > 1 for name in called)}


def portions(items: Iterable[dict[str, Any]], keys: set[str], *, every: bool, size: int) -> list[set[str]]:
    """Divide `keys` so that works that share a name stay together: each portion holds `size` works, or a few more."""
    families: list[tuple[set[str], set[str]]] = []
    for item in items:
        if item["id"] in keys:
            called, works = set(_called(item, every=every)), {item["id"]}
            for family in [family for family in families if family[0] & called]:
                families.remove(family)
                called, works = called | family[0], works | family[1]
            families.append((called, works))
    made: list[set[str]] = []
    for _, works in sorted(families, key=lambda family: min(family[0])):
        if not made or len(made[-1]) >= size:
            made.append(set())
        made[-1] |= works
    return made


def alike(items: Iterable[dict[str, Any]], *, every: bool) -> bool:
    """Say whether any two works share a name."""
    seen: set[str] = set()
    for item in items:
        called = set(_called(item, every=every))
        if seen & called:
            return True
        seen |= called
    return False


def lookalikes(items: list[dict[str, Any]], keys: set[str], *, every: bool) -> list[dict[str, Any]]:
    """Give the items of `keys`, and every other whose mark may look like one of theirs."""
    found = {item["id"]: set(_called(item, every=every)) for item in items}
    wanted = {name for key in keys for name in found[key]}
    return [item for item in items if item["id"] in keys or found[item["id"]] & wanted]


def twins(items: Iterable[dict[str, Any]]) -> list[str]:
    """Give the keys of works that share a first name and a year with another, in the items' order."""
    found = {item["id"]: {(name, str(item.get("issued"))) for name in _called(item, every=False)} for item in items}
    count: dict[tuple[str, str], int] = defaultdict(int)
    for called in found.values():
        for name in called:
            count[name] += 1
    return [key for key, called in found.items() if any(count[name] > 1 for name in called)]


def _called(item: dict[str, Any], *, every: bool) -> dict[str, str]:
    """Give what a mark may call a work, each with whose name that is: family names, or else its title."""
    found = {}
    for role in NAMES:
        for person in item.get(role, [])[: None if every else 1]:
            family = str(person.get("family") or person.get("literal") or person.get("given", ""))
            whose = json.dumps(person, sort_keys=True)
            found[family.casefold()] = whose
            found[f"{person.get('non-dropping-particle', '')} {family}".casefold().strip()] = whose
    return found or {str(item.get("title", "")).casefold(): ""}
