"""Stylesheets, scripts and the pages that use them come in; the rules that some page or script can match go out.

A theme's stylesheet is cut to the selectors that some page can match (Selectors 4), by the names of elements, classes,
ids and attributes that occur. Whatever a script names counts as used, because a script may add it. Custom properties
that nothing reads and animations that nothing plays go too (CSS Custom Properties 1, CSS Animations 1).
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import tinycss2  # type: ignore[import-untyped] # - it has no types
from tinycss2.ast import (  # type: ignore[import-untyped] # - as above
    AtRule,
    Declaration,
    FunctionBlock,
    HashToken,
    IdentToken,
    LiteralToken,
    SquareBracketsBlock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tinycss2.ast import Node, QualifiedRule

TAG = re.compile(r"<([a-zA-Z][^<>]*)>")
NAME = re.compile(r"[\w-]+")
ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
READ = re.compile(r"var\(\s*(--[\w-]+)")
QUOTED = re.compile(r"([\"'`])((?:\\.|(?!\1).)*)\1")
OWN_LINE = re.compile(r"^[ \t]*(?:/\*(?!!).*?\*/[ \t]*|//[^\n]*)\n", re.DOTALL | re.MULTILINE)
LINE_END = re.compile(r"(?<=[;{},(])[ \t]+//[^\"'`\n]*$", re.MULTILINE)  # no quotes after it: so it is in no string
MATCHING = {"is", "where", "has", "-webkit-any", "-moz-any"}
ALWAYS = {"html", "head", "body"}
GROUPS = {"media", "supports", "layer", "container"}


@dataclass(frozen=True)
class Used:
    """What occurs in pages: names of elements, classes, ids and attributes, and `name=value` of each attribute."""

    names: frozenset[str]
    pairs: frozenset[str]
    words: frozenset[str]
    """Every word of the scripts, any of which may be an attribute: `part.hidden = true`."""
    said: frozenset[str]
    """The words in their strings, any of which may be an element, a class or an id."""


@dataclass(frozen=True)
class Rule:
    """A rule of a stylesheet: what it starts with, and its declarations (name, value) or the rules within it."""

    start: str
    declarations: tuple[tuple[str, str], ...] = ()
    rules: tuple[Rule, ...] = ()


def used(pages: Iterable[str], scripts: Iterable[str], pairs: Iterable[str] = ()) -> Used:
    """Say what occurs in the HTML of pages and templates; `pairs` are attributes that only the built page shows."""
    tags: set[str] = set()
    for page in pages:
        tags.update(TAG.findall(page))
    names, found = {"[open"}, set(pairs)  # what browsers set by themselves, on <details> and <dialog>
    for tag in tags:
        name, _, rest = tag.partition(" ")
        names.add(name.strip("/\n").lower())
        names.update(NAME.findall(rest) if "=" not in rest else [])
        for attribute, *values in ATTRIBUTE.findall(rest):
            value = "".join(values)
            names.add(f"[{attribute}")
            found.add(f"{attribute}={value}")
            if attribute in {"class", "id"}:
                names.update(f"{'.' if attribute == 'class' else '#'}{word}" for word in NAME.findall(value))
    lines = [line for script in scripts for line in script.splitlines()]
    words, said = (frozenset(NAME.findall("\n".join(texts))) for texts in (lines, map(_said, lines)))
    return Used(frozenset(names), frozenset(found), words, said)


def parse(css: str) -> list[Rule]:
    """Read a stylesheet into rules; comments and what no browser can read are left out."""
    return _rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


def cut(rules: Iterable[Rule], seen: Used, ours: frozenset[str] = frozenset()) -> list[Rule]:
    """Give the rules that some page can match, with only the selectors that can; none that names what is `ours`."""
    kept = []
    for rule in rules:
        if rule.start.startswith("@"):
            inner = tuple(cut(rule.rules, seen, ours)) if rule.rules and "keyframes" not in rule.start else rule.rules
            if inner or not rule.rules:
                kept.append(Rule(rule.start, rule.declarations, inner))
            continue
        alive = [selector for selector in selectors(rule.start) if matches(selector, seen)]
        alive = [selector for selector in alive if not ours & set(NAME.findall(selector))]
        if alive:
            kept.append(Rule(",".join(alive), rule.declarations, rule.rules))
    return kept


def selectors(start: str) -> list[str]:
    """Take a list of selectors apart."""
    return [_text(group) for group in _split(tinycss2.parse_component_value_list(start))]


def matches(selector: str, seen: Used) -> bool:
    """Say whether some element of pages can be what a selector asks for."""
    return _alive(_read(selector), seen)


@functools.cache
def _read(selector: str) -> tuple[Node, ...]:
    """Read a selector once, however many pages are asked."""
    return tuple(tinycss2.parse_component_value_list(selector))


def prune(rules: Sequence[Rule]) -> list[Rule]:
    """Leave out custom properties that nothing reads or a later rule gives, lost animations, and what is then empty."""
    while True:
        read = set(READ.findall(text := write(rules)))
        last = {(rule.start, name): rule for rule in rules for name, _ in rule.declarations}
        kept = [rule for rule in (_pruned(rule, read, text, last) for rule in rules) if rule]
        if kept == list(rules):
            return kept
        rules = kept


def write(rules: Iterable[Rule]) -> str:
    """Write rules without a character that a browser does not need."""
    return "".join(
        f"{rule.start}{{{write(rule.rules)}{';'.join(f'{name}:{value}' for name, value in rule.declarations)}}}"
        if rule.rules or rule.declarations
        else f"{rule.start};"
        for rule in rules
    )


def script(texts: Iterable[str]) -> str:
    """Join scripts into one, without comments and indentation, which a text over several lines (`…`) would lose too."""
    bare = (LINE_END.sub("", OWN_LINE.sub("", text)) for text in texts)
    return "".join(re.sub(r"\s*\n\s*", "\n", text).strip() + "\n" for text in bare)


def hashed(stem: str, suffix: str, text: str) -> str:
    """Give a file's name with ten digits of its content's hash, so that it may be kept for ever under that name."""
    return f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.{suffix}"


def _said(line: str) -> str:
    """Give what stands in the strings of a line of a script; all of it where a string goes on from or to another."""
    rest = QUOTED.sub(" ", line)
    return line if re.search("[\"'`]", rest) else " ".join(match[2] for match in QUOTED.finditer(line))


def _rules(nodes: Iterable[Node]) -> list[Rule]:
    """Give the rules of parsed nodes."""
    found = []
    for node in nodes:
        if not isinstance(node, AtRule):
            if node.type == "qualified-rule":
                found.append(Rule(_text(node.prelude), _declarations(node)))
        elif node.lower_at_keyword != "charset":
            found.append(_at_rule(node))
    return found


def _at_rule(node: AtRule) -> Rule:
    """Give an at-rule: one that groups rules or key frames, or one that holds declarations."""
    start = f"@{node.at_keyword} {_text(node.prelude)}".strip()
    if node.content is None:
        return Rule(start)
    if node.lower_at_keyword in GROUPS or "keyframes" in node.lower_at_keyword:
        inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        return Rule(start, rules=tuple(_rules(inner)))
    return Rule(start, _declarations(node))


def _declarations(node: QualifiedRule | AtRule) -> tuple[tuple[str, str], ...]:
    """Give what a rule declares, in order."""
    parsed = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
    return tuple(
        (item.name, _text(item.value) + ("!important" if item.important else ""))
        for item in parsed
        if isinstance(item, Declaration)
    )


def _text(nodes: Iterable[Node]) -> str:
    """Write nodes on one line, without spaces that say nothing; a string keeps its own."""
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", re.sub(r"\s+", " ", tinycss2.serialize(nodes)).strip())
    return "".join(part if n % 2 else re.sub(r" ?([,>]) ?|(\([\w-]+:) ", r"\1\2", part) for n, part in enumerate(parts))


def _split(nodes: Iterable[Node]) -> list[list[Node]]:
    """Split a list of selectors at its commas."""
    groups: list[list[Node]] = [[]]
    for node in nodes:
        if node == ",":
            groups.append([])
        else:
            groups[-1].append(node)
    return groups


def _alive(selector: Sequence[Node], seen: Used) -> bool:
    """Say whether a page can match a selector; what a pseudo-class says is taken for true, and `:not()` is not read."""
    before = ""
    for node in selector:
        if not _met(node, before, seen):
            return False
        before = node.value if isinstance(node, LiteralToken) else ""
    return True


def _met(node: Node, before: str, seen: Used) -> bool:
    """Say whether some element has what one part of a selector asks for; `before` is the sign that stands before it."""
    if isinstance(node, IdentToken) and before != ":":
        name = f".{node.value}" if before == "." else node.lower_value
        return name in seen.names or node.value in seen.said or name in ALWAYS
    if isinstance(node, HashToken):
        return f"#{node.value}" in seen.names or node.value in seen.said
    if isinstance(node, SquareBracketsBlock):
        test = "".join(tinycss2.serialize([part]).strip("\"'") for part in node.content if part.type != "whitespace")
        name, _, value = test.partition("=")
        exact = bool(value) and NAME.fullmatch(name)
        asked = NAME.match(test)
        if asked is None or asked[0] in seen.words:
            return True
        return test in seen.pairs if exact else f"[{asked[0]}" in seen.names
    if isinstance(node, FunctionBlock) and node.lower_name in MATCHING:
        return any(_alive(group, seen) for group in _split(node.arguments))
    return True


def _pruned(rule: Rule, read: set[str], text: str, last: Mapping[tuple[str, str], Rule]) -> Rule | None:
    """Give what is left of a rule; `last` has the last rule that gives a selector's property."""
    if "keyframes" in rule.start:
        name = rule.start.rpartition(" ")[2]
        return rule if re.search(rf"animation[\w-]*:[^;}}]*{re.escape(name)}", text) else None
    known = {name for name in read if last.get((rule.start, name), rule) is rule}
    declarations = tuple(each for each in rule.declarations if each[0][:2] != "--" or each[0] in known)
    rules = tuple(kept for kept in (_pruned(inner, read, text, {}) for inner in rule.rules) if kept)
    empty = (rule.declarations or rule.rules) and not (declarations or rules)
    return None if empty else Rule(rule.start, declarations, rules)
