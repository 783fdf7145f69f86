"""YAML as packs use it: plain values with their lines, duplicate keys refused, nothing executed.

Scalars follow YAML 1.2: only ``true`` and ``false`` are booleans, so that ``on:``, ``no:`` and ``yes:`` are
ordinary keys. Keys are always text. Tags and merge keys (``<<``) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import yaml
from yaml._yaml import CParser

MOST_VALUES = 200_000  # an alias that is used again and again may not blow a small file up
PLAIN, QUOTED = "plain", "quoted"
INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
DECIMAL = re.compile(r"[-+]?(0|[1-9]\d*)\.\d+")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


class YamlProblem(Exception):
    """What is wrong with a text as YAML: the kind of problem, the line, the place and the facts."""

    def __init__(self, kind: str, line: int, place: tuple[str | int, ...] = (), **facts: Any) -> None:
        self.kind, self.line, self.place, self.facts = kind, line, place, facts
        super().__init__(kind)


class _Composer(CParser):
    """libyaml's parser, which only tells plain scalars from quoted ones."""

    def resolve(self, kind: type, value: str | None, implicit: Any) -> str:
        return PLAIN if kind is yaml.ScalarNode and implicit[0] else QUOTED

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Nothing to descend into: tags are not resolved by place."""

    def ascend_resolver(self) -> None:
        """Nothing to come back from."""


def compose(text: str) -> yaml.Node:
    """Return the node tree of *text*; raise YamlProblem when it is not one YAML document."""
    composer = None
    try:
        composer = _Composer(text)
        node: yaml.Node | None = composer.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlProblem("yaml", line, reason=error.problem or error.context or "") from error
    except yaml.reader.ReaderError as error:
        raise YamlProblem("yaml_character", text.count("\n", 0, error.position) + 1) from error
    finally:
        if composer is not None:
            composer.dispose()
    if node is None:
        raise YamlProblem("empty", 1)
    return node


def to_value(node: yaml.Node) -> Any:
    """Return the plain value of a node tree; raise YamlProblem at a duplicate key, a tag or a merge key."""
    return _Reader().read(node, ())


class _Reader:
    """Counts the values it reads."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, node: yaml.Node, place: tuple[str | int, ...]) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            raise YamlProblem("yaml_size", line_of(node), place, most=MOST_VALUES)
        if node.tag not in (PLAIN, QUOTED):
            raise YamlProblem("yaml_tag", line_of(node), place, tag=node.tag)
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == QUOTED else plain_value(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*place, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, place)

    def mapping(self, node: yaml.MappingNode, place: tuple[str | int, ...]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                raise YamlProblem("yaml_key", line_of(key_node), place)
            if key in read:
                raise YamlProblem("duplicate_key", line_of(key_node), (*place, key), key=key)
            if key == "<<":
                raise YamlProblem("yaml_merge", line_of(key_node), place)
            read[key] = self.read(value_node, (*place, key))
        return read


def plain_value(written: str) -> Any:
    """Return what an unquoted scalar means: a number, a date, true, false, nothing, or the text itself."""
    if written in WORDS:
        return WORDS[written]
    if written[0] in "+-0123456789":
        if INTEGER.fullmatch(written):
            return int(written)
        if DECIMAL.fullmatch(written):
            return float(written)
        if DATE.fullmatch(written):
            with suppress(ValueError):
                return date.fromisoformat(written)
    return written


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def find_line(root: yaml.Node, place: Sequence[str | int]) -> int:
    """Return the line of *place*, or of the nearest thing above it that is written in the file."""
    line, node = line_of(root), root
    for part in place:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == str(part):
                return line_of(key_node), value_node
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return line_of(node.value[part]), node.value[part]
    return None
