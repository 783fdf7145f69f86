"""What pages hand to the shared parts of the desk: plain, frozen shapes without behaviour of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place to go: an entry of a menu, a tab, a crumb, a saved view."""

    title: str
    url: str = ""
    icon: str = ""
    count: int | None = None
    active: bool = False
    late: bool = False  # the count holds something overdue
    post: bool = False  # changes something: sent as a form, never by following it


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationGroup:
    """Entries of the left menu under one heading; the page gives only what the post may see."""

    title: str = ""
    items: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The frame around a page: whose township it is, who is working, where one may go."""

    township: str
    synthetic: bool = False
    home_url: str = "/"
    navigation: Sequence[NavigationGroup] = ()
    phone: Sequence[Link] = ()  # at most four, for the bar at the foot of a phone
    search_url: str = ""
    new_url: str = ""
    new_kinds: Sequence[Link] = ()
    bell: Link | None = None
    user_name: str = ""
    post_name: str = ""
    posts: Sequence[Link] = ()
    user_links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list. *sort_url* makes its head a link; *sorted* is "", "up" or "down"."""

    title: str
    numeric: bool = False
    unit: str = ""
    sort_url: str = ""
    sorted: str = ""
    width: str = ""  # narrow, middle or wide
    phone: bool = True  # shown on a phone too


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text, where it leads, a second quiet line, a state word or a lamp."""

    text: str = ""
    url: str = ""
    below: str = ""
    state: str = ""
    lamp: str = ""
    icon: str = ""
    hint: str = ""
    html: str = ""  # already rendered and safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record of a list; *key* is what a bulk action is told."""

    cells: Sequence[Cell]
    key: str = ""
    url: str = ""
    state: str = ""
    actions: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where a list stands: "51–100 of 812", with the addresses of the neighbours."""

    first: int
    last: int
    total: int | None = None
    previous_url: str = ""
    next_url: str = ""
    sizes: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list: columns, rows, the moment its data stand for, and its Excel file."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    as_of: datetime | None = None
    export_url: str = ""
    columns_url: str = ""
    pager: Pager | None = None
    bulk: Sequence[Link] = ()
    footer: Sequence[Cell] = ()
    caption: str = ""
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A value a filter may take, with how many records it would leave."""

    value: str
    title: str
    count: int | None = None
    chosen: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition of a filter bar. *kind* is choice, choices, text, date or dates."""

    name: str
    title: str
    kind: str = "choice"
    options: Sequence[Option] = ()
    value: str = ""
    until: str = ""  # second end of dates, sent as <name>_until
    more: bool = False  # behind 更多条件


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A condition in force; following *remove_url* takes it away."""

    title: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBar:
    """The conditions over a list, those in force as chips, and the views people saved."""

    action: str
    filters: Sequence[Filter] = ()
    chips: Sequence[Chip] = ()
    clear_url: str = ""
    views: Sequence[Link] = ()
    save_url: str = ""
    target: str = "#zs-list"
    keep: Mapping[str, str] = field(default_factory=dict)  # sort order and the like


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a step."""

    name: str
    url: str
    size: str = ""
    image: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """One thing that happened: who, of which office, when, what they said. *system* entries fold away."""

    at: datetime
    title: str
    who: str = ""
    office: str = ""
    text: str = ""
    state: str = ""
    icon: str = "point"
    attachments: Sequence[Attachment] = ()
    changes: Sequence[tuple[str, str, str]] = ()  # field, before, after
    system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMark:
    """One stage on the track of a case. *status* is done, now, ahead or skipped."""

    title: str
    status: str = "ahead"
    at: datetime | None = None
    note: str = ""
    late: bool = False
