"""Formulas over indicators, ``a.b / a.c * 100``: checked, never evaluated as code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max}
LONGEST = 500


class FormulaError(ValueError):
    """A formula that cannot be read; *found* is the part that is not allowed."""

    def __init__(self, text: str, found: str) -> None:
        self.text, self.found = text, found
        super().__init__(f"{found} in {text}")


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula and the indicators it is made of."""

    text: str
    codes: tuple[str, ...]
    tree: ast.expr

    def evaluate(self, values: Mapping[str, Decimal | None]) -> Decimal | None:
        """Return the value, or None when a part is unknown or the divisor is zero."""
        if any(values.get(code) is None for code in self.codes):
            return None
        try:
            value: Decimal = _evaluate(self.tree, values)
        except (DivisionByZero, InvalidOperation, ZeroDivisionError):
            return None
        return value


def parse_formula(text: str) -> Formula:
    """Return *text* as a checked formula; allowed are codes, numbers, + - * /, brackets, min and max."""
    if len(text) > LONGEST:
        raise FormulaError(text[:40] + "…", f"{len(text)} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise FormulaError(text, str(error)) from error
    codes: dict[str, None] = {}
    _collect(tree, text, codes)
    return Formula(text, tuple(codes), tree)


def code_of(node: ast.expr) -> str | None:
    """Return the dotted code that *node* spells, if it does."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        above = code_of(node.value)
        return above and f"{above}.{node.attr}"
    return None


def _collect(node: ast.expr, text: str, codes: dict[str, None]) -> None:
    code = code_of(node)
    if code:
        codes[code] = None
        return
    for part in _parts(node, text):
        _collect(part, text, codes)


def _parts(node: ast.expr, text: str) -> list[ast.expr]:
    """Return the operands of *node*; refuse everything that is not on the list."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [node.operand]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return []
    if isinstance(node, ast.Call) and _is_function(node):
        return node.args
    raise FormulaError(text, ast.unparse(node))


def _is_function(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
        and bool(node.args)
        and not node.keywords
    )


def _evaluate(node: ast.expr, values: Mapping[str, Decimal | None]) -> Any:
    code = code_of(node)
    if code:
        return values[code]
    match node:
        case ast.BinOp():
            return OPERATORS[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))
        case ast.UnaryOp():
            return -_evaluate(node.operand, values)
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[name](*(_evaluate(arg, values) for arg in node.args))
        case ast.Constant():
            return Decimal(str(node.value))
    raise FormulaError("", ast.unparse(node))
