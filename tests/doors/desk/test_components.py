"""The shared parts of the desk: what they say, where they lead, and that a strict browser accepts them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

import zhenshu
from zhenshu.doors.desk.components import (
    Cell,
    Chip,
    Column,
    Filter,
    FilterBar,
    Frame,
    Link,
    NavigationGroup,
    Option,
    Pager,
    Row,
    StageMark,
    StoryEntry,
    Table,
)
from zhenshu.doors.desk.states import STATES, ClockMoments, clock_state, clock_words, look_of, span_words

PACKAGE = Path(zhenshu.__file__).parent
DESK = PACKAGE / "doors/desk"
TEMPLATES = sorted((DESK / "templates").rglob("*.html"))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = '{% extends "desk/base.html" %}{% block content %}inside{% endblock %}'
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def draw(source: str, **context: object) -> str:
    return Template("{% load desk %}" + source).render(Context(context))


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


class TestStates:
    @pytest.mark.parametrize("state", STATES)
    def test_a_badge_carries_its_word_with_its_colour(self, state):
        html = draw("{% state_badge state %}", state=state)
        assert str(STATES[state].word) in html
        assert f"zs-{STATES[state].tone}" in html

    def test_an_undeclared_state_shows_its_own_name(self):
        assert look_of("in_transit").word == "in_transit"

    def test_a_lamp_says_its_word_and_its_rule(self):
        html = draw("{% lamp 'overdue' hint='30 days behind' %}")
        assert words_of(html) == "Past due"
        assert 'title="30 days behind"' in html

    def test_a_caller_may_replace_the_word(self):
        assert words_of(draw("{% lamp 'near' 'attention' %}")) == "attention"


class TestClocks:
    @pytest.mark.parametrize(
        ("moments", "state", "words"),
        [
            ({"due": None}, "none", ""),
            ({"due": NOW + timedelta(days=2, hours=3)}, "normal", "2 d 3 h left"),
            ({"due": NOW + timedelta(hours=1), "near": NOW}, "near", "1 h left"),
            ({"due": NOW + timedelta(hours=1), "near": NOW + timedelta(minutes=1)}, "normal", "1 h left"),
            ({"due": NOW - timedelta(hours=5)}, "overdue", "5 h over"),
            ({"due": NOW}, "normal", "0 min left"),
            ({"due": NOW - timedelta(hours=5), "paused": True}, "paused", "paused"),
            ({"due": NOW, "done": NOW}, "closed", "in time"),
            ({"due": NOW, "done": NOW + timedelta(minutes=30)}, "overdue", "30 min late"),
        ],
    )
    def test_word_and_time(self, moments, state, words):
        clock = ClockMoments(now=NOW, **moments)
        assert (clock_state(clock), clock_words(clock)) == (state, words)

    @given(st.integers(0, 10**7))
    def test_the_words_of_a_span_lose_less_than_their_smaller_unit(self, minutes):
        units = {"d": 1440, "h": 60, "min": 1}
        parts = re.findall(r"(\d+) (d|h|min)\b", span_words(timedelta(minutes=minutes)))
        said = sum(int(number) * units[unit] for number, unit in parts)
        assert 0 <= minutes - said < (60 if minutes >= 1440 else 1)

    def test_the_badge_tells_name_basis_and_due_time_on_hover(self):
        html = draw("{% clock_badge due now=now name='reply' basis='Art. 23' %}", due=NOW, now=NOW)
        title = re.search(r'title="([^"]*)"', html).group(1)
        assert "reply" in title
        assert "Art. 23" in title
        assert "2026-03-02" in title


class TestTiles:
    def test_a_number_opens_its_list(self):
        html = draw("{% stat_tile 'Overdue' 3 '/cases/?clock=overdue' unit='件' state='overdue' %}")
        assert 'href="/cases/?clock=overdue"' in html
        assert words_of(html) == "Overdue Past due 3 件"

    def test_zero_is_shown(self):
        assert "0" in words_of(draw("{% stat_tile 'Open' 0 '/x' %}"))

    def test_without_an_address_there_is_no_link(self):
        assert "<a" not in draw("{% stat_tile 'Open' 1 %}")


def make_table(**changes: object) -> Table:
    settings: dict[str, object] = {
        "columns": [
            Column(title="Number", sort_url="?sort=number", sorted="down"),
            Column(title="Hours", numeric=True, unit="h"),
        ],
        "rows": [
            Row(
                cells=[Cell(text="grid-1", url="/c/1"), Cell(text="7")],
                key="grid-1",
                url="/c/1",
                actions=[Link(title="Send", url="/s")],
            )
        ],
    }
    return Table(**(settings | changes))


class TestTables:
    def test_heads_sort_and_say_the_order(self):
        html = draw("{% table table %}", table=make_table())
        assert 'href="?sort=number"' in html
        assert 'aria-sort="descending"' in html

    def test_numbers_are_marked_for_the_right_edge(self):
        html = draw("{% table table %}", table=make_table())
        assert re.search(r'<td class="zs-num[^>]*>\s*7\s*</td>', html)

    def test_as_of_and_excel_stand_above(self):
        html = draw("{% table table %}", table=make_table(as_of=NOW, export_url="/x.xlsx"))
        assert "data as of 2026-03-02" in words_of(html)
        assert 'href="/x.xlsx"' in html

    def test_rows_can_be_chosen_when_there_are_bulk_actions(self):
        html = draw(
            "{% table table %}", table=make_table(bulk=[Link(title="Merge", url="/merge", post=True)])
        )
        assert 'value="grid-1"' in html
        assert 'formaction="/merge"' in html
        assert "data-bulk-one" not in draw("{% table table %}", table=make_table())

    def test_no_rows_say_what_would_be_here(self):
        html = draw("{% table table empty='No hazards yet' %}", table=make_table(rows=[]))
        assert "No hazards yet" in words_of(html)

    def test_running_numbers_continue_over_pages(self):
        pager = Pager(first=51, last=51, total=99)
        html = draw("{% table table %}", table=make_table(numbered=True, pager=pager))
        assert '<td class="zs-col-number">51</td>' in html

    def test_a_row_with_a_missing_cell_is_refused(self):
        with pytest.raises(ValueError, match="shorter"):
            draw("{% table table %}", table=make_table(rows=[Row(cells=[Cell(text="1")])]))

    def test_text_of_others_stays_text(self):
        rows = [Row(cells=[Cell(text=HOSTILE, below=HOSTILE), Cell(text="1")])]
        assert "<img" not in draw("{% table table %}", table=make_table(rows=rows))


class TestPager:
    def test_place_and_neighbours(self):
        html = draw(
            "{% pager pager %}",
            pager=Pager(first=51, last=100, total=812, previous_url="?p=1", next_url="?p=3"),
        )
        assert "51–100 of 812" in words_of(html)
        assert 'rel="prev" href="?p=1"' in html
        assert 'rel="next" href="?p=3"' in html

    def test_the_last_page_has_no_next(self):
        assert 'rel="next"' not in draw("{% pager pager %}", pager=Pager(first=1, last=2))


class TestFilters:
    def test_chips_can_be_taken_away(self):
        bar = FilterBar(
            action="/cases/",
            chips=[Chip(title="Clock", value="near", remove_url="/cases/?q=x")],
            clear_url="/cases/",
        )
        html = draw("{% filter_bar bar %}", bar=bar)
        assert 'href="/cases/?q=x"' in html
        assert "Clear all" in html

    def test_choices_keep_what_is_chosen(self):
        one = Filter(
            name="office",
            title="Office",
            options=[Option(value="1", title="Safety"), Option(value="2", title="Water", chosen=True)],
        )
        html = draw("{% filter_bar bar %}", bar=FilterBar(action="/", filters=[one]))
        assert re.search(r'value="2" selected', html)
        assert not re.search(r'value="1" selected', html)

    def test_sort_order_survives_a_new_condition(self):
        html = draw("{% filter_bar bar %}", bar=FilterBar(action="/", keep={"sort": "-due"}))
        assert '<input type="hidden" name="sort" value="-due">' in html

    def test_a_late_view_is_marked(self):
        bar = FilterBar(action="/", views=[Link(title="Today", url="/t", count=6, late=True)])
        assert 'class="zs-count late">6<' in draw("{% filter_bar bar %}", bar=bar)


class TestStory:
    def entries(self) -> list[StoryEntry]:
        return [
            StoryEntry(
                at=NOW,
                title="Reported",
                who="He Qiang",
                office="Grid 1",
                text="Three lamps are out.\n<b>dark</b>",
            ),
            StoryEntry(at=NOW, title="Numbered", system=True),
            StoryEntry(at=NOW, title="Clock started", system=True),
            StoryEntry(at=NOW, title="Sent", changes=[("Office", "", "Safety")]),
        ]

    def test_who_where_when_and_words(self):
        html = draw("{% timeline entries %}", entries=self.entries())
        assert "Reported He Qiang Grid 1 2026-03-02" in words_of(html)
        assert "&lt;b&gt;dark" in html

    def test_neighbouring_system_entries_fold_into_one(self):
        html = draw("{% timeline entries %}", entries=self.entries())
        assert html.count('class="zs-story-system"') == 1
        assert "2 system entries" in html

    def test_changes_show_before_and_after(self):
        assert "Office empty → Safety" in words_of(draw("{% timeline entries %}", entries=self.entries()))


def test_the_stage_track_marks_the_stage_of_now():
    marks = [
        StageMark(title="Accepted", status="done", at=NOW, late=True),
        StageMark(title="Handling", status="now"),
    ]
    html = draw("{% stage_track marks %}", marks=marks)
    assert html.count('aria-current="step"') == 1
    assert "late" in words_of(html)


def test_progress_of_nothing_is_no_error():
    assert "0% 0 / 0" in words_of(draw("{% progress 0 0 %}"))


class SampleForm(forms.Form):
    text = forms.CharField(label="Title", help_text="One sentence")
    number = forms.IntegerField(label="People", required=False)
    flag = forms.BooleanField(label="First", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect)
    long = forms.CharField(label="Words", widget=forms.Textarea)
    file = forms.FileField(label="File", required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


class TestFields:
    @pytest.mark.parametrize("name", ["text", "number", "flag", "kind", "long", "file"])
    def test_every_control_has_its_label(self, name):
        form = SampleForm()
        html = draw("{% field bound %}", bound=form[name])
        assert str(form[name].label) in words_of(html)
        assert f'name="{name}"' in html

    def test_help_unit_and_requirement_are_said(self):
        html = draw("{% field bound unit='人次' %}", bound=SampleForm()["text"])
        assert "One sentence" in html
        assert "人次" in html
        assert "zs-required" in html

    def test_an_error_is_tied_to_its_control(self):
        html = draw("{% field bound %}", bound=SampleForm({"number": "many"})["number"])
        assert 'aria-invalid="true"' in html
        named = re.search(r'aria-describedby="([^"]+)"', html).group(1)
        assert f'id="{named}"' in html

    def test_hidden_fields_have_no_label(self):
        assert "<label" not in draw("{% field bound %}", bound=SampleForm()["secret"])


class TestCharts:
    SPEC = {
        "kind": "bar",
        "x": ["Safety", "</script><b>"],
        "series": [{"name": "open", "values": [4]}],
        "links": ["/o/1"],
    }

    def test_the_spec_reads_back_and_cannot_end_its_block(self):
        html = draw("{% chart spec 'Load' id='load' %}", spec=self.SPEC)
        block = re.search(r'id="load-data">(.*?)</script>', html, re.S).group(1)
        assert json.loads(block) == self.SPEC

    def test_the_figures_stand_in_a_table_too(self):
        html = draw("{% chart spec 'Load' id='load' %}", spec=self.SPEC)
        assert '<a href="/o/1">Safety</a>' in html
        assert re.search(r'<td class="zs-num">4</td>', html)
        assert re.search(r'<td class="zs-num">–</td>', html)

    def test_percentiles_are_told_with_their_number_of_cases(self):
        spec = {
            "kind": "percentiles",
            "x": ["Safety"],
            "rows": [{"p25": 1, "p50": 2, "p75": 3, "p90": 9, "n": 41}],
        }
        assert "Safety 1 2 3 9 41" in words_of(draw("{% chart spec 'Time' id='t' %}", spec=spec))

    def test_a_map_asks_its_address_for_what_to_draw(self):
        assert 'data-url="/map.json"' in draw("{% area_map id='m' data_url='/map.json' %}")


class TestFrame:
    def draw_page(self, **frame: object) -> str:
        return Template(PAGE).render(
            Context({"frame": Frame(township="Chengjiang", **frame), "page_title": "To send: 17"})
        )

    def test_the_menu_holds_what_the_post_may_see_and_nothing_else(self):
        groups = [
            NavigationGroup(title="Work", items=[Link(title="Cases", url="/cases/", count=3, active=True)])
        ]
        html = self.draw_page(navigation=groups)
        assert re.findall(r'<a class="zs-nav-item[^>]*href="([^"]*)"', html) == ["/cases/"]
        assert 'aria-current="page"' in html

    def test_invented_data_are_marked(self):
        assert "Demonstration data" in self.draw_page(synthetic=True)
        assert "Demonstration data" not in self.draw_page()

    def test_one_post_needs_no_switcher(self):
        one, two = Link(title="Dispatcher", url="/p/1"), Link(title="Officer", url="/p/2")
        assert "/p/1" not in self.draw_page(user_name="Z", posts=[one])
        assert "/p/2" in self.draw_page(user_name="Z", posts=[one, two])

    def test_a_page_without_a_frame_still_draws(self):
        html = Template(PAGE).render(Context({}))
        assert "inside" in html

    def test_htmx_may_not_evaluate_or_add_styles(self):
        config = json.loads(re.search(r"name=\"htmx-config\" content='([^']*)'", self.draw_page()).group(1))
        assert config["allowEval"] is False
        assert config["allowScriptTags"] is False
        assert config["includeIndicatorStyles"] is False


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_script_style_or_handler(path):
    source = path.read_text()
    assert not re.search(r"\sstyle=[\"']", source.replace('style="btn', "").replace('style="zs-', ""))
    assert not re.search(r"<[^>{%]*\son[a-z]+=", source)
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))", source)


def test_every_icon_named_in_a_template_is_in_the_sprite():
    names = set((DESK / "icons/names.txt").read_text().split())
    pattern = re.compile(r"(?:{% icon |icon=)\"([a-z0-9-]+)\"")
    used = {name for path in TEMPLATES for name in pattern.findall(path.read_text())}
    assert used
    assert used <= names


def test_every_component_says_what_its_parameters_are():
    for path in (DESK / "templates/desk/components").glob("*.html"):
        assert "{% comment %}" in path.read_text().split("<", 1)[0], path.name


def test_own_scripts_name_no_other_host_and_evaluate_nothing():
    for path in (PACKAGE / "static/zhenshu").glob("*.js"):
        source = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|\beval\(|new Function", source), path.name
