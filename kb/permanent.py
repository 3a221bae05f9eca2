"""A page's path comes in; the short permanent id that it may take goes out.

An id answers at `/p/<id>/` for ever, whatever becomes of the page's path: it is what a QR code and a printed page hold.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LETTERS = "abcdefghjkmnpqrstuvwxyz"  # without those that print like figures (i, l, o)
SIGNS = LETTERS + "23456789"
ID = re.compile(f"[{LETTERS}](?=[a-z]*[2-9])[{SIGNS}]{{3}}")  # with a figure in it, so that none is a word by chance
MEANING = "a letter, then three letters or figures with a figure among them; no i, l, o, 0 or 1"


def free_id(path: str, taken: Collection[str] = ()) -> str:
    """Give an id that is not taken, the same for the same path: four signs that cannot be misread when typed."""
    for attempt in range(10_000):
        number = int.from_bytes(hashlib.sha256(f"{path}{attempt}".encode()).digest()[:8], "big")
        number, first = divmod(number, len(LETTERS))
        made = LETTERS[first]
        for _ in range(3):
            number, sign = divmod(number, len(SIGNS))
            made += SIGNS[sign]
        if ID.fullmatch(made) and made not in taken:
            return made
    raise ValueError(f"no id is left for {path}")
