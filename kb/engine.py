"""The search scripts that readers run and an index come in; answers to queries, with their reasons, go out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from py_mini_racer import MiniRacer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "assets/search/"
SCRIPTS = tuple(f"{FOLDER}{name}.js" for name in ("words", "terms", "detail", "ideas", "engine"))
SCREEN_STARTS = "\n/* From here on: the screen, which needs a page. */\n"  # V8 in a build has none
ENGINE = ("assets/vendor/minisearch/minisearch.min.js", *SCRIPTS)


@dataclass(frozen=True)
class Unfound:
    """A page that none of its own aliases finds first: its address, its title, and the alias that comes nearest."""

    url: str
    title: str
    alias: str


class Engine:
    """The readers' own search engine, in V8. Use it as a context manager, so that V8 ends with it."""

    def __init__(self, code: str) -> None:
        """Start V8 with the text of the scripts that ENGINE names."""
        self.context = MiniRacer()
        self.context.eval(code)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End V8."""
        self.context.close()

    def build(self, records: list[dict[str, Any]]) -> str:
        """Make the index over records with the fields that engine.js names; give it as text."""
        return str(self.context.call("KBSearch.build", records))

    def open(self, index: dict[str, Any]) -> None:
        """Take in a whole index, as the built site holds it, to be asked."""
        self.context.eval("var engine, kbOpen = function (index) { engine = KBSearch.open(index); return true; };")
        self.context.call("kbOpen", index)
        self.context.eval("var kbFind = function (query, want) { return engine.find(query, want); };")

    def find(self, query: str, **want: object) -> dict[str, Any]:
        """Ask the opened index; give the answer as engine.js describes it."""
        asked = f"JSON.stringify(kbFind({json.dumps(query)}, {json.dumps(want)}))"
        answer: dict[str, Any] = json.loads(str(self.context.eval(asked)))
        return answer

    def unfound(self, index: dict[str, Any]) -> Iterator[Unfound]:
        """Give the pages of the opened index that none of their own aliases finds first, and no other name either."""
        for number, page in enumerate(index["pages"]):
            places = {name: self._place(name, number) for name in page["names"]}
            if places and min(places.values()):
                yield Unfound(page["url"], page["title"], min(places, key=lambda name: places[name]))

    def _place(self, query: str, page: int) -> int:
        """Give the place of a page among the answers to a query, 0 for the first."""
        found = [result["page"] for result in self.find(query)["results"]]
        return found.index(page) if page in found else len(found) + 1


def built(site: Path) -> tuple[str, dict[str, Any]] | None:
    """Give the code and the index of a built site, or None if it holds no search."""
    code, index = (next(iter((site / FOLDER).glob(f"{name}.*.js")), None) for name in ("code", "index"))
    if not code or not index:
        return None
    return code.read_text(encoding="utf-8").partition(SCREEN_STARTS)[0], read_index(index.read_text(encoding="utf-8"))


def read_index(text: str) -> dict[str, Any]:
    """Give the index that a built site's index file holds."""
    index: dict[str, Any] = json.loads(text.partition("=")[2].strip().rstrip(";"))
    return index
