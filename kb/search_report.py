"""A built site and a query come in; the answer in lines for a writer, with scores and reasons, goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.engine import Engine, built

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 8
NOTHING = "no search in {}; run `python3 dev.py build` first"


def explain(site: Path, query: str) -> list[str]:
    """Give the lines that say what a query finds in the built site, best first, and why."""
    held = built(site)
    if held is None:
        return [NOTHING.format(site.name)]
    code, index = held
    with Engine(code) as engine:
        engine.open(index)
        answer = engine.find(query)
    lines = [f"{len(answer['results'])} pages of {site.name}/ for: {query}"]
    lines += ["The help card is shown first."] if answer["crisis"] else []
    lines += [f"Searched for: {answer['corrected']}"] if answer["corrected"] else []
    for place, result in enumerate(answer["results"][:SHOWN], 1):
        mark = " (nothing is near: a way on)" if result.get("fallback") else ""
        lines.append(f"{place:2}. {result['score']:5.2f}  /{result['url']}  {result['title']}{mark}")
        best = sorted(result["why"], key=lambda why: -float(why["score"]))[:4]
        lines += [f"           {why['score']:5.2f}  {why['field']}: {why['term']}" for why in best]
    return lines


def alias_report(site: Path) -> list[str]:
    """Give a line for each page that none of its own names finds first; none when there is no built site."""
    held = built(site)
    if held is None:
        return []
    code, index = held
    with Engine(code) as engine:
        engine.open(index)
        return [
            f"/{page.url} ({page.title}): none of its aliases finds it first; “{page.alias}” comes nearest: "
            "give it an alias of its own, and try it with `python3 dev.py search`"
            for page in engine.unfound(index)
        ]
