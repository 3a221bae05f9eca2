"""The text of .bib files comes in; CSL-JSON items with Pandoc's slips mended go out.

CSL-JSON is the data model of CSL 1.0.2 (https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables).
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pypandoc

if TYPE_CHECKING:
    from pathlib import Path

# Fields or types that only biblatex has; a file that uses one is read as biblatex.
BIBLATEX = re.compile(
    r"@(online|report|thesis|collection|dataset)\s*\{|^\s*(date|journaltitle|location)\s*=",
    re.IGNORECASE | re.MULTILINE,
)
BRACES = re.compile(r"[{}]")
NAMES = ("author", "editor", "translator", "collection-editor", "container-author", "director")
# What our records say of themselves is not part of a reference; the page shows it in its own words.
OURS = ("annote", "abstract", "file", "keyword")


def read_items(text: str, cache: Path | None = None) -> list[dict[str, Any]]:
    """Turn BibTeX or biblatex into CSL-JSON items, in the file's order; kept in `cache` by content.

    Raises RuntimeError with Pandoc's own words if it cannot read the text.
    """
    digest = hashlib.sha256((pypandoc.get_pandoc_version() + text).encode()).hexdigest()
    stored = cache / f"items-{digest[:32]}.json" if cache else None
    if stored and stored.exists():
        items = json.loads(stored.read_text(encoding="utf-8"))
    else:
        items = _convert(text)
        if stored:
            stored.parent.mkdir(parents=True, exist_ok=True)
            stored.write_text(json.dumps(items), encoding="utf-8")
    return [_mended(item) for item in items]


def _convert(text: str) -> list[dict[str, Any]]:
    """Have Pandoc read the text."""
    source = "biblatex" if BIBLATEX.search(text) else "bibtex"
    command = [pypandoc.get_pandoc_path(), "-f", source, "-t", "csljson"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    items: list[dict[str, Any]] = json.loads(done.stdout)
    return items


def _mended(item: dict[str, Any]) -> dict[str, Any]:
    """Mend one item: particles that belong to the name, braces left over, what is not part of a reference."""
    kept = {key: value for key, value in item.items() if key not in OURS}
    for role in NAMES:
        if role in kept:
            kept[role] = [_name(name) for name in kept[role]]
    for field, value in kept.items():
        if isinstance(value, str) and field != "id":
            kept[field] = BRACES.sub("", value)
    if kept.get("type", "") in {"", "document"} and kept.get("URL"):
        kept["type"] = "webpage"  # BibTeX's @misc with an address
    if kept.get("URL") and kept.get("DOI") and kept["DOI"] in kept["URL"]:
        del kept["URL"]  # the DOI is the address
    return kept


def _name(name: dict[str, str]) -> dict[str, str]:
    """Mend one name: `el-` is part of the family's name, and BibTeX's `von` part is a particle that is not dropped."""
    name = dict(name)
    particle = name.pop("dropping-particle", "") or name.pop("non-dropping-particle", "")
    if particle.endswith(("-", "'", "’")):
        name["family"] = particle + name.get("family", "")
    elif particle:
        name["non-dropping-particle"] = particle
    return name
