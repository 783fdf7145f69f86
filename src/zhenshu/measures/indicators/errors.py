"""What can be wrong with a figure that is asked for, entered or defined; each says it in a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _


class IndicatorError(Exception):
    """Base of what is told to a person about a figure."""


class UnknownIndicatorError(IndicatorError):
    """No pack in force defines the code."""

    def __init__(self, code: str, near: list[str]) -> None:
        self.code, self.near = code, near
        hint = _("Did you mean %(near)s?") % {"near": "、".join(near)} if near else ""
        told = _("There is no indicator %(code)s.") % {"code": code}
        super().__init__(f"{told} {hint}".strip())


class DefinitionError(IndicatorError):
    """An indicator is defined in a way that cannot be counted; says where and what to do."""

    def __init__(self, code: str, problem: str, fix: str) -> None:
        self.code, self.problem, self.fix = code, problem, fix
        told = _("The indicator %(code)s cannot be counted: %(problem)s")
        super().__init__(f"{told % {'code': code, 'problem': problem}} {fix}")


class ReportedError(IndicatorError):
    """A value that was entered or imported cannot be taken as it is."""


class TargetError(IndicatorError):
    """A target that cannot stand as it is."""


class ClosingError(IndicatorError):
    """A period cannot be closed or opened again."""


class RightMissingError(IndicatorError):
    """The person's posts do not give the right to do this."""

    def __init__(self) -> None:
        super().__init__(_("Your post does not do this; the statistician, secretary or administrator does."))


class ChangedMeanwhileError(IndicatorError):
    """Somebody else changed the same record first."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed this meanwhile; look at it again."))
