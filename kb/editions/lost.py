"""The volume comes in; what leads nowhere in it, or was lost on the way from the website, goes out as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.editions.volume import Volume


def lost(volume: Volume) -> Iterator[Finding]:
    """Find links that lead to no chapter or to no id, and ids that a release promises and cleaning took away."""
    there = {c.path: frozenset(i for e in c.body.iter() if (i := e.get("id"))) for c in volume.chapters}
    links = [(page.file, page.inner) for page in volume.chapters] + [(page.file, page.inner) for page in volume.others]
    for file, inner in links:
        for href in inner:
            path, _, section = href.partition("#")
            if path not in there:
                yield Finding(file, 0, 0, f"a link to no page: {href}", "mend it in the page's source")
            elif section and section not in there[path]:
                yield Finding(file, 0, 0, f"a link to no section: {href}", "mend it, or the other page's id")
    for chapter in volume.chapters:
        for section in [section for section in chapter.ids if section not in there[chapter.path]]:
            what = f"the id '{section}' would be lost in every edition"
            yield Finding(chapter.file, 0, 0, what, "kb/editions/cleaning.py says what is left out")
