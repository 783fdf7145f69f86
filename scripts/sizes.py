"""Hold the sizes we promised: no function over 60 lines, no file over 700."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FUNCTION_LINES = 60
FILE_LINES = 700
ROOTS = ("src", "bench", "scripts")


def faults(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    if len(lines) > FILE_LINES:
        yield f"{path}: {len(lines)} lines, at most {FILE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {size} lines, at most {FUNCTION_LINES}"


def main() -> int:
    found = [
        fault
        for root in ROOTS
        for path in sorted(Path(root).rglob("*.py"))
        if "migrations" not in path.parts
        for fault in faults(path)
    ]
    print("\n".join(found) or "sizes hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
