"""Names, contents and a day come in; a ZIP that has the same bytes each time it is made goes out."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

UNIX = 3  # the system that the permissions are written for, whichever one writes them


def write_zip(target: Path, entries: Iterable[tuple[str, bytes]], day: date, stored: str = "") -> int:
    """Write the entries in their order, each with `day` as its date and plain permissions; give how many there are.

    `stored` names an entry that is not to be compressed (PKWARE APPNOTE 4.4.5; EPUB asks it of its first one).
    """
    count = 0
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = UNIX, 0o644 << 16
            archive.writestr(info, content)
            count += 1
    return count
