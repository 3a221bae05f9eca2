"""Plain text comes in; the same text goes out with quotation marks and apostrophes as printers set them.

For what no Markdown is made of, such as notes on works: in pages, Python-Markdown's `smarty` does the same.
"""

from __future__ import annotations

import re

BEGINS = r"(?:^|(?<=[\s(\[/—–“‘-]))"
RULES = (
    (re.compile(rf"{BEGINS}'(?=\d0s\b)"), "’"),  # the '90s
    (re.compile(rf"(?:{BEGINS}|(?<=\s'))\"(?=\S)"), "“"),
    (re.compile(rf"{BEGINS}'(?=\S)"), "‘"),
    (re.compile(r"'"), "’"),
    (re.compile(r'"'), "”"),
)


def curled(text: str) -> str:
    """Give plain text (not HTML) with each `"` and `'` as “ ” ‘ ’: opening where a word begins, closing elsewhere."""
    for straight, mark in RULES:
        text = straight.sub(mark, text)
    return text
