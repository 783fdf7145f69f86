"""An indicator as a quotient of sums over what records add: what must hold for it to state a value."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from zhenshu.ground.packs.formulas import code_of
from zhenshu.measures.indicators.definitions import Added, Computed, Node, Plan, Quotient, Series, catalogue


class Term(NamedTuple):
    """What a year's records add to a quantity (by its digest), or what was told of a series (by its code)."""

    way: str  # part, last, told
    name: str
    year: int


class NotLinearError(Exception):
    """An indicator that is no quotient of sums; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Form:
    """A sum of terms with their factors, and a constant."""

    terms: Mapping[Term, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)

    def plus(self, other: Form, factor: Fraction = Fraction(1)) -> Form:
        """Return the sum of this form and *factor* times the *other*."""
        names = {**self.terms, **other.terms}
        terms = {
            name: self.terms.get(name, Fraction(0)) + factor * other.terms.get(name, Fraction(0))
            for name in names
        }
        return Form({n: f for n, f in terms.items() if f}, self.constant + factor * other.constant)

    def times(self, factor: Fraction) -> Form:
        return Form({name: factor * one for name, one in self.terms.items()}, factor * self.constant)


ONE = Form({}, Fraction(1))


@dataclass(frozen=True, slots=True)
class Ratio:
    """One form over another; a plain sum stands over one."""

    top: Form
    bottom: Form = ONE

    @property
    def is_sum(self) -> bool:
        return not self.bottom.terms and self.bottom.constant == 1

    def times(self, factor: Fraction) -> Ratio:
        return Ratio(self.top.times(factor), self.bottom)


def ratio_of(plan: Plan, year: int, *, children: int) -> Ratio:
    """Return what the indicator of *plan* says of a whole township in a year.

    *children* is the number of areas right below it, over which some indicators are a mean. Raises
    NotLinearError where no linear rule tells its value.
    """
    found = _ratio(plan.node, year)
    rule = plan.kind.over_areas
    if rule not in ("mean", "none") or isinstance(plan.node, Series) or not children:
        return found
    if rule == "none":
        raise NotLinearError(_("It is told of single villages only, never of the whole township."))
    if not found.is_sum:
        raise NotLinearError(_("It is a mean of quotients over the villages."))
    return found.times(Fraction(1, children))


def _ratio(node: Node, year: int) -> Ratio:
    match node:
        case Added(factor=factor):
            return Ratio(Form({_term_of(node, year): _exact(factor)}))
        case Series(code=code, factor=factor):
            return Ratio(Form({Term("told", code, year): _exact(factor)}))
        case Quotient(numerator=upper, denominator=lower, scale=scale):
            return _over(_ratio(upper, year), _ratio(lower, year)).times(_exact(scale))
        case Computed(formula=formula, nodes=nodes, factor=factor):
            parts = {code: _ratio(inner, year) for code, inner in nodes.items()}
            return _walk(formula.tree, parts).times(_exact(factor))


def _term_of(node: Added, year: int) -> Term:
    quantity = node.quantity
    if node.over_time == "sum" or quantity.posting == "stock" or quantity.counted.way == "distinct":
        return Term("part", quantity.digest, year)
    if node.over_time == "last":
        return Term("last", quantity.digest, year)
    raise NotLinearError(_("It is told of months, not of a year."))


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def _over(upper: Ratio, lower: Ratio) -> Ratio:
    if lower.is_sum and not lower.top.terms and lower.top.constant:
        return upper.times(1 / lower.top.constant)
    if upper.is_sum and lower.is_sum:
        return Ratio(upper.top, lower.top)
    raise NotLinearError(_("It is a quotient of quotients."))


def _walk(tree: ast.expr, parts: Mapping[str, Ratio]) -> Ratio:
    code = code_of(tree)
    if code:
        return parts[code]
    match tree:
        case ast.Constant(value=int() | float() as number):
            return Ratio(Form({}, _exact(number)))
        case ast.UnaryOp(operand=inner):
            return _walk(inner, parts).times(Fraction(-1))
        case ast.BinOp(left=left, op=how, right=right):
            return _joined(_walk(left, parts), how, _walk(right, parts))
    raise NotLinearError(_("It takes the least or the greatest of several figures."))


def _joined(left: Ratio, how: ast.operator, right: Ratio) -> Ratio:
    match how:
        case ast.Div():
            return _over(left, right)
        case ast.Mult():
            return _product(left, right)
        case ast.Sub():
            return _sum(left, right, Fraction(-1))
    return _sum(left, right, Fraction(1))


def _product(left: Ratio, right: Ratio) -> Ratio:
    for one, other in ((left, right), (right, left)):
        if one.is_sum and not one.top.terms:
            return other.times(one.top.constant)
    raise NotLinearError(_("It is a product of figures."))


def _sum(left: Ratio, right: Ratio, sign: Fraction) -> Ratio:
    if left.bottom == right.bottom:
        return Ratio(left.top.plus(right.top, sign), left.bottom)
    if right.is_sum and not right.top.terms:
        return Ratio(left.top.plus(left.bottom, sign * right.top.constant), left.bottom)
    if left.is_sum and not left.top.terms:
        return Ratio(right.bottom.times(left.top.constant).plus(right.top, sign), right.bottom)
    raise NotLinearError(_("It is a sum of quotients."))


def plan_of(code: str) -> Plan:
    """Return the compiled indicator."""
    return catalogue().plan(code)
