"""What may be refused when the area tree is changed or read in."""

from __future__ import annotations


class AreaError(Exception):
    """The tree refuses a change; the text is a sentence for the person who asked for it."""


class BoundaryError(AreaError):
    """A boundary is no usable polygon."""


class CodeError(AreaError):
    """A division code has the wrong shape or is taken."""


class PlacementError(AreaError):
    """An area can't stand where it was put: level, parent, name or days don't fit."""


class SuccessionError(AreaError):
    """A merge, split or recoding doesn't add up."""
