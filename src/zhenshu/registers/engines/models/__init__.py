"""The rows of the engines, one module for each."""

from zhenshu.registers.engines.models.draws import Draw, DrawnObject, DrawSerial, DrawState
from zhenshu.registers.engines.models.points import AccountRole, Cause, PointAccount, PointTransfer

__all__ = [
    "AccountRole", "Cause", "Draw", "DrawSerial", "DrawState", "DrawnObject", "PointAccount", "PointTransfer",
]  # fmt: skip
