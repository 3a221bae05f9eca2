"""A data file that writers keep, in YAML, comes in; its fields as lists of words, each with its line, go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from kb.findings import Finding, read_text
from kb.plain_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Words:
    """One record: its first line, and what each of its fields holds; a single word is a list of one."""

    line: int
    fields: dict[str, tuple[str, ...]]

    def all(self, *names: str) -> tuple[str, ...]:
        """Give what these fields hold together, in order."""
        return tuple(word for name in names for word in self.fields.get(name, ()))

    def one(self, name: str) -> str:
        """Give the only word of a field, or nothing."""
        return next(iter(self.fields.get(name, ())), "")


def read_records(
    file: Path, name: str, forms: Mapping[str, Iterable[str]]
) -> tuple[dict[str, list[Words]], list[Finding]]:
    """Read a file of named lists of records; give the records by list, and what is wrong.

    `name` is how findings call the file; `forms` names the fields that a
    record of each list may have. A missing file holds nothing and has no fault.
    """
    found: dict[str, list[Words]] = {part: [] for part in forms}
    text, findings = read_text(file, name)
    plain, unread = read_yaml(text, name)
    root, findings = plain.node, findings + unread
    if root is None:
        return found, findings
    if not isinstance(root, yaml.MappingNode):
        return found, [Finding(name, 1, 0, "no list with a name", f"write {', '.join(forms)}")]
    for key, value in root.value:
        line = key.start_mark.line + 1
        if key.value not in forms or not isinstance(value, yaml.SequenceNode):
            findings.append(Finding(name, line, 0, f"no list of records: {key.value}", f"use {', '.join(forms)}"))
            continue
        for node in value.value:
            record, wrong = _record(node, name, tuple(forms[key.value]))
            findings += wrong
            found[key.value] += [record] if record else []
    return found, findings


def _record(node: yaml.Node, name: str, known: tuple[str, ...]) -> tuple[Words | None, list[Finding]]:
    """Read one record."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        return None, [Finding(name, line, 0, "a record without fields", f"use {', '.join(known)}")]
    fields: dict[str, tuple[str, ...]] = {}
    findings = []
    for key, value in node.value:
        where = key.start_mark.line + 1
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if key.value not in known:
            findings.append(Finding(name, where, 0, f"unknown field `{key.value}`", f"use one of: {', '.join(known)}"))
        elif not all(isinstance(item, yaml.ScalarNode) for item in items):
            findings.append(Finding(name, where, 0, f"`{key.value}` is no list of words", "write [one, another]"))
        else:
            fields[key.value] = tuple(item.value.strip() for item in items if item.value.strip())
    return Words(line, fields), findings
