"""The link contract and what has moved come in; what readers are told of it goes out as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.pages import spoken

if TYPE_CHECKING:
    from kb.contract import Contract
    from kb.redirects import Moves


def promise(contract: Contract, moves: Moves) -> str:
    """Say since when addresses are kept and how many, which have moved, and which are gone and why."""
    kept = contract.kept.values()
    short = sum(1 for item in kept if item.page)
    sections = sum(1 for item in kept if "#" in item.address)
    pages = len(contract.kept) - short - sections
    counts = f"{pages:,} pages, {sections:,} sections and {short:,} short addresses"
    if contract.draft:
        lines = [f"There has been no release yet. If today's pages were released, {counts} would be promised."]
    else:
        day = spoken(min(item.since for item in kept))
        lines = [f"Since the first release, on {day}, **{counts}** are kept. None has been dropped."]
    if moves.redirects:
        lines += ["", f"**Moved** ({len(moves.redirects)}), and still leading to the right place:", ""]
        lines += [f"- `{old}` → `{moves.final(old)}`" for old in moves.redirects]
    else:
        lines += ["", "No address has moved."]
    if moves.retired:
        lines += ["", f"**Taken out** ({len(moves.retired)}), with a page that says so:", ""]
        gone = moves.retired.values()
        lines += [f"- `{item.address}`, “{item.title}”, on {spoken(item.since)}. {item.why}" for item in gone]
    else:
        lines += ["", "No page has been taken out."]
    return "\n".join(lines)
