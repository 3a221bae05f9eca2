"""The volume comes in; the pictures that editions need, drawn by Typst from templates, go out as PNG.

Nothing is fetched, and no font of this machine is used, so they are the same bytes everywhere. Each raises ImportError
where Typst is not installed.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.editions.volume import Volume

HERE = Path(__file__).parent
SIGN = "assets/favicon.svg"
COVER_DPI = 144  # makes 1200 by 1800 pixels of a page of 600 by 900 points
ICON = 48  # points, so that at 72 to the inch it is as many pixels


def draw_cover(volume: Volume) -> bytes:
    """Draw the cover of the e-book, 1200 by 1800 pixels."""
    about = volume.chapters[0].description if volume.chapters else ""
    said = {"name": volume.name, "about": about, "number": volume.number, "licence": volume.licence}
    return _draw("cover.typ", {"edition.json": json.dumps(said).encode()}, COVER_DPI)


def draw_icon(volume: Volume, side: int = ICON) -> bytes:
    """Draw the site's sign as a square of `side` pixels."""
    return _draw("icon.typ", {"sign.svg": (volume.root / SIGN).read_bytes()}, 72 * side / ICON)


def _draw(template: str, files: dict[str, bytes], dpi: float) -> bytes:
    """Let Typst draw a template beside the files that it reads."""
    import typst  # noqa: PLC0415 - so that whoever only builds the website can do without it

    with tempfile.TemporaryDirectory() as folder:
        for name, content in {template: (HERE / template).read_bytes(), **files}.items():
            (Path(folder) / name).write_bytes(content)
        return bytes(typst.compile(str(Path(folder) / template), format="png", ppi=dpi, ignore_system_fonts=True))
