"""YAML as writers keep it comes in; its values with the line of each field, or one finding that says why not, go out.

Only what a person needs who keeps fields and lists (YAML 1.1, "safe" tags): no aliases, which can make a small file
huge; no field twice, of which the last would silently count; no nesting without end; no tag that makes an object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from kb.findings import Finding

DEEPEST = 20  # lists within lists; the deepest file of ours has 3
MEND = "compare it with its neighbours, or with the last commit's"
QUOTE = "put quotation marks round a text that holds ': ' or '#'"
UNREADABLE = "cannot be read as a day or a number"
CALENDAR = "write a day that the calendar has, such as 2026-11-23, and numbers in fewer figures"


@dataclass(frozen=True)
class Plain:
    """What a YAML text says, with the line of each field of a mapping, or of each item of a list (both from 1)."""

    value: Any = None
    fields: dict[str, int] = field(default_factory=dict)
    items: tuple[int, ...] = ()
    node: yaml.Node | None = None


def read_yaml(text: str, name: str, *, before: int = 0) -> tuple[Plain, list[Finding]]:
    """Read a text; give what it says, or nothing and why not. `before` is how many lines stand above it in its file."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node is not None else None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 + before
        return Plain(), [Finding(name, line, 0, "a character that YAML may not hold", "take it out")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 + before if mark else 0
        what = error.problem or "YAML that cannot be read"
        mend = CALENDAR if UNREADABLE in what else QUOTE if before else MEND
        return Plain(), [Finding(name, line, 0, " ".join(what.split()), mend)]
    if isinstance(node, yaml.MappingNode):
        return Plain(value, {key.value: key.start_mark.line + 1 + before for key, _ in node.value}, (), node), []
    items = tuple(
        item.start_mark.line + 1 + before for item in getattr(node, "value", ()) if hasattr(item, "start_mark")
    )
    return Plain(value, {}, items, node), []


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with less allowed."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias, and lists nested too deeply, where they start."""
        event = self.peek_event()  # type: ignore[no-untyped-call] # - PyYAML's stubs leave it out
        if isinstance(event, yaml.AliasEvent):
            raise _refused(f"an alias, `*{event.anchor}`; write the words out", event.start_mark)
        self.depth += 1
        if self.depth > DEEPEST:
            raise _refused(f"lists nested more than {DEEPEST} deep", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's own signature
        """Refuse a field that stands twice, and one whose name is no plain text."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a list where the name of a field should be", key.start_mark)
            if key.value in seen:
                raise _refused(f"the field `{key.value}` stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as above
        """Say where a day stands that no calendar has, or a number of thousands of figures."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            raise _refused(f"'{str(node.value)[:40]}' {UNREADABLE}", node.start_mark) from error


def _refused(what: str, mark: Any) -> yaml.MarkedYAMLError:  # noqa: ANN401 - one of two classes of PyYAML
    """Make the error that says what is refused, and where."""
    return yaml.constructor.ConstructorError(None, None, what, mark)
