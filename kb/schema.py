"""A page's front matter comes in; what is wrong with it, field by field, goes out."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from kb.permanent import ID, MEANING, free_id

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = {
    "recovery": "people in recovery, or thinking about it",
    "peer": "peer supporters",
    "family": "family and friends",
    "group": "people who run a group or service",
    "research": "people who want the evidence",
}
KINDS = ("emotional", "informational", "instrumental", "affiliational")
STAGES = ("precontemplation", "contemplation", "preparation", "action", "maintenance", "using-again")

# What templates would print as it is: these fields are words alone.
MARKUP = re.compile(r"<[a-z/!?]|&#|&[a-z]+;", re.IGNORECASE)
# The schema of design/pages.md: field → (must be there, what it holds).
TEXT, DAY, WORDS, PATHS = "text", "a date such as 2026-11-23", "a list of words", "a list of paths from docs/"
FLAG = "true or false"
SCHEMA: dict[str, tuple[bool, str]] = {
    "title": (True, TEXT),
    "id": (True, TEXT),
    "description": (True, TEXT),
    "summary": (True, TEXT),
    "brief": (True, TEXT),
    "do": (True, TEXT),
    "updated": (True, DAY),
    "checked": (True, DAY),
    "checked_by": (True, TEXT),
    "reviewed": (False, TEXT),
    "recheck_by": (True, DAY),
    "aliases": (True, WORDS),
    "kinds": (False, WORDS),
    "stages": (False, WORDS),
    "for": (True, WORDS),
    "related": (True, PATHS),
    "leave": (False, FLAG),
    "handout": (False, WORDS),
}
CHOICES = {"kinds": KINDS, "stages": STAGES, "for": tuple(READERS)}
PAPERS = {"a4": "A4", "us-letter": "US Letter"}  # what handouts are printed on, by the names that `handout` uses
TITLE_MAX, DESCRIPTION_MAX, SUMMARY_MAX_WORDS = 60, 155, 60


def faults_of(fields: dict[str, object], path: str) -> Iterator[tuple[str, str, str]]:
    """Give (field, what is wrong, how to mend it) for each fault in the front matter of the page at `path`."""
    for field in fields:
        if field not in SCHEMA:
            yield str(field), f"unknown field `{field}`", f"use one of: {', '.join(SCHEMA)}"
    for field, (needed, holds) in SCHEMA.items():
        value = fields.get(field)
        if value is None or value == "":
            if needed:
                new = f"add `{field}:` with {free_id(path)}, and keep it for ever"
                yield field, f"no `{field}`", new if field == "id" else f"add `{field}:` with {holds}"
        elif MARKUP.search(" ".join(map(str, value)) if isinstance(value, list) else str(value)):
            yield field, f"`{field}` holds markup", "write words alone"
        elif not _holds(value, holds):
            yield field, f"`{field}` is not {holds}", f"write `{field}:` as {holds}"
        else:
            yield from _limits(field, value)


def _holds(value: object, holds: str) -> bool:
    """Say whether a front-matter value is of the kind that the schema names."""
    if holds == TEXT:
        return isinstance(value, str)
    if holds == FLAG:
        return isinstance(value, bool)
    if holds == DAY:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)


def _limits(field: str, value: object) -> Iterator[tuple[str, str, str]]:
    """Give the faults of a value that is of the right kind but too long or not one of the words allowed."""
    if field == "summary" and (words := len(str(value).split())) > SUMMARY_MAX_WORDS:
        yield field, f"the summary has {words} words", f"cut it to {SUMMARY_MAX_WORDS} at most"
    if field == "id" and not ID.fullmatch(str(value)):
        yield field, f"`{value}` is no id for a page", f"write {MEANING}"
    limit = {"title": TITLE_MAX, "description": DESCRIPTION_MAX}.get(field)
    if limit and (length := len(str(value))) > limit:
        yield field, f"the {field} has {length} characters", f"cut it to {limit} at most"
    if field in CHOICES and isinstance(value, list):
        for word in value:
            if word not in CHOICES[field]:
                yield field, f"`{field}` does not know '{word}'", f"use {', '.join(CHOICES[field])}"
