"""The rows of the engines, one module for each."""

from zhenshu.registers.engines.models.draws import Draw, DrawnObject, DrawSerial, DrawState
from zhenshu.registers.engines.models.duties import DutyEvent, DutyTurn
from zhenshu.registers.engines.models.ladders import LadderPlace, Standing
from zhenshu.registers.engines.models.matches import Match, MatchState
from zhenshu.registers.engines.models.points import AccountRole, Cause, PointAccount, PointTransfer
from zhenshu.registers.engines.models.scales import Grading
from zhenshu.registers.engines.models.supplies import StockBatch, StockMove, Way
from zhenshu.registers.engines.models.thresholds import Alarm

__all__ = [
    "AccountRole", "Alarm", "Cause", "Draw", "DrawSerial", "DrawState", "DrawnObject", "DutyEvent",
    "DutyTurn", "Grading", "LadderPlace", "Match", "MatchState", "PointAccount", "PointTransfer",
    "Standing", "StockBatch", "StockMove", "Way",
]  # fmt: skip
