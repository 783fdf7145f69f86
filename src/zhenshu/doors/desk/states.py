"""The words and colours of states. A colour never stands without its word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = str | Promise


@dataclass(frozen=True, slots=True)
class StateLook:
    """The word of a state and its tone: good, warn, bad, quiet or plain."""

    word: Words
    tone: str


STATES: dict[str, StateLook] = {
    "normal": StateLook(gettext_lazy("On time"), "good"),
    "near": StateLook(gettext_lazy("Near due"), "warn"),
    "overdue": StateLook(gettext_lazy("Past due"), "bad"),
    "slow": StateLook(gettext_lazy("A little behind"), "warn"),
    "behind": StateLook(gettext_lazy("Behind"), "bad"),
    "paused": StateLook(gettext_lazy("Paused"), "quiet"),
    "parked": StateLook(gettext_lazy("Parked"), "quiet"),
    "none": StateLook(gettext_lazy("No deadline"), "quiet"),
    "draft": StateLook(gettext_lazy("Draft"), "quiet"),
    "accepted": StateLook(gettext_lazy("Accepted"), "plain"),
    "dispatched": StateLook(gettext_lazy("Dispatched"), "plain"),
    "handling": StateLook(gettext_lazy("Handling"), "plain"),
    "answered": StateLook(gettext_lazy("Answered"), "plain"),
    "verified": StateLook(gettext_lazy("Verified"), "plain"),
    "called_back": StateLook(gettext_lazy("Called back"), "plain"),
    "closed": StateLook(gettext_lazy("Concluded"), "good"),
    "archived": StateLook(gettext_lazy("Archived"), "quiet"),
    "returned": StateLook(gettext_lazy("Returned"), "warn"),
    "extended": StateLook(gettext_lazy("Extended"), "warn"),
    "supervised": StateLook(gettext_lazy("Supervised"), "warn"),
    "reopened": StateLook(gettext_lazy("Reopened"), "warn"),
    "merged": StateLook(gettext_lazy("Merged"), "quiet"),
    "proposed": StateLook(gettext_lazy("Proposed"), "quiet"),
    "confirmed": StateLook(gettext_lazy("Confirmed"), "good"),
    "failed": StateLook(gettext_lazy("Failed"), "bad"),
    "sent": StateLook(gettext_lazy("Sent"), "good"),
    "waiting": StateLook(gettext_lazy("Waiting"), "plain"),
    "acknowledged": StateLook(gettext_lazy("Confirmed"), "good"),
    "refused": StateLook(gettext_lazy("Turned down"), "warn"),
    "given_up": StateLook(gettext_lazy("Given up"), "bad"),
    "silent": StateLook(gettext_lazy("No receipt"), "warn"),
    "received": StateLook(gettext_lazy("Received here"), "good"),
    "not_received": StateLook(gettext_lazy("Not received here"), "warn"),
}


def look_of(state: str) -> StateLook:
    """Return word and tone of *state*; a state nobody declared shows its own name in the plain tone."""
    return STATES.get(str(state), StateLook(str(state), "plain"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoments:
    """What a clock badge needs to know: when it is due, when it is near, whether it rests or is done."""

    due: datetime | None
    now: datetime
    near: datetime | None = None
    done: datetime | None = None
    paused: bool = False


def clock_state(moments: ClockMoments) -> str:
    """Return normal, near, overdue, paused, closed or none."""
    if moments.due is None:
        return "none"
    if moments.done is not None:
        return "closed" if moments.done <= moments.due else "overdue"
    if moments.paused:
        return "paused"
    if moments.now > moments.due:
        return "overdue"
    return "near" if moments.near is not None and moments.now >= moments.near else "normal"


def clock_words(moments: ClockMoments) -> str:
    """Return "2 d 3 h left", "5 h over" or, when the clock is done or at rest, its state in a word."""
    if moments.due is None:
        return ""
    if moments.done is not None:
        late = moments.done - moments.due
        return _("%(time)s late") % {"time": span_words(late)} if late > timedelta(0) else _("in time")
    if moments.paused:
        return _("paused")
    left = moments.due - moments.now
    words = _("%(time)s left") if left >= timedelta(0) else _("%(time)s over")
    return words % {"time": span_words(left)}


def span_words(span: timedelta) -> str:
    """Return a length of time in its two largest units: days and hours, hours and minutes, or minutes."""
    minutes = int(abs(span).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days and hours:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if days:
        return _("%d d") % days
    if hours and rest:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%d h") % hours if hours else _("%d min") % rest
