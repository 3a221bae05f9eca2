"""A block of Markdown comes in; a place for a list, for each line that is a command, goes out with the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markdown.blockprocessors import BlockProcessor

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OWN, FULL, BRIEF = "\\bibliography", "\\full_bibliography", "{brief}"
LIBRARY = "kb-full-list"  # the class of the place for all works, or for those under some letters
LETTERS = r"\{(?P<letters>[A-Z]-[A-Z])\}"

# Fences, code in a line and comments, as far as a first look can tell them.
CODE = re.compile(
    r"^[ \t>*+\d.-]*(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?\n)??[ \t>]*(?P=fence)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)


def list_commands(own: str, full: str) -> dict[str, str]:
    r"""Give the class of the place that each command for a list of works leaves.

    `own` stands for the page's list, usually \bibliography, `full` for all works; `{brief}` behind `own` asks for the
    same list without what each work shows. `{A-C}` behind `full` asks for the works under these letters.
    """
    return {own: "kb-list", own + BRIEF: "kb-brief-list", full: LIBRARY}


def check_commands(text: str, name: str, own: str = OWN, full: str = FULL) -> Iterator[Finding]:
    """Say of each line that asks for a kind of list that there is not; `name` is how findings call the file."""
    asked = rf"^ {{0,3}}(({re.escape(own)}|{re.escape(full)})(\{{[^}}\n]*\}}?))[ \t]*$"
    for match in re.finditer(asked, without_code(text), re.MULTILINE):
        example, right = (BRIEF, match[3] == BRIEF) if match[2] == own else ("{A-C}", _in_order(match[3]))
        if not right:
            line, column = text.count("\n", 0, match.start()) + 1, match.start(1) - match.start() + 1
            hint = f"write {match[2]} or {match[2]}{example}"
            yield Finding(name, line, column, f"no list is called {match[1]}", hint)


def _in_order(letters: str) -> bool:
    """Say whether `{A-C}` names letters from first to last."""
    match = re.fullmatch(LETTERS, letters)
    return match is not None and match["letters"][0] <= match["letters"][-1]


def without_code(text: str) -> str:
    """Give a source with spaces for its code and comments, so that lines and columns stay."""
    return CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


class CommandProcessor(BlockProcessor):
    r"""Reads a line that is nothing but a command such as \bibliography, also between other lines."""

    def __init__(self, parser: Any, commands: Mapping[str, str]) -> None:  # noqa: ANN401 - Python-Markdown's own type
        """Note the commands and the class of the place that each leaves."""
        super().__init__(parser)
        self.commands = commands
        names = "|".join(rf"{re.escape(name)}(?:{LETTERS})?" for name, place in commands.items() if place == LIBRARY)
        names += "".join("|" + re.escape(name) for name, place in commands.items() if place != LIBRARY)
        self.line = re.compile(rf"^ {{0,{self.tab_length - 1}}}({names})[ \t]*$", re.MULTILINE)

    def test(self, parent: ET.Element, block: str) -> bool:  # noqa: ARG002 - Python-Markdown names it
        """Say whether a block holds a command."""
        return self._find(block) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        """Leave an empty place for the list, after what stands above the command and before what stands below."""
        block = blocks.pop(0)
        match = self._find(block)
        assert match is not None  # noqa: S101 - test() has just found it; this tells mypy
        if before := block[: match.start()].rstrip("\n"):
            self.parser.parseBlocks(parent, [before])
        letters = match["letters"]
        name = match[1].removesuffix(f"{{{letters}}}")
        ET.SubElement(parent, "div", {"class": self.commands[name]} | ({"data-letters": letters} if letters else {}))
        if after := block[match.end() :].strip("\n"):
            blocks.insert(0, after)

    def _find(self, block: str) -> re.Match[str] | None:
        """Find a command; not in code or a comment over several lines, and not indented as code is."""
        spoken_of = any(command in block for command in self.commands)
        return self.line.search(without_code(block)) if spoken_of else None
