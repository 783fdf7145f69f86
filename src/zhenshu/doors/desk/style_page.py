"""A page that shows every shared part with invented data, for those who change how the desk looks."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhenshu.doors.desk.components import (
    Attachment,
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


@require_safe
def show_style(request: HttpRequest, page: str = "parts") -> HttpResponse:
    """Show the page of parts, the split view, the log-in or the sheet; only with DEBUG."""
    if not settings.DEBUG:
        raise Http404
    return render(request, f"desk/style_{page}.html", sample_context(timezone.localtime()))


def sample_context(now: datetime) -> dict[str, Any]:
    """Return invented data for every part, as of *now*."""
    return {
        "frame": sample_frame(),
        "breadcrumbs": [Link(title="工作台", url="#"), Link(title="事项", url="#"), Link(title="待派发")],
        "page_title": "待派发 17 件",
        "page_note": f"数据截至 {now:%Y-%m-%d %H:%M}",
        "now": now,
        "soon": now + timedelta(days=2, hours=3),
        "near": now + timedelta(hours=4),
        "past": now - timedelta(hours=5),
        "before": now - timedelta(days=1),
        "table": sample_table(now),
        "bar": sample_filters(),
        "story": sample_story(now),
        "track": sample_track(now),
        "tabs": sample_tabs(),
        "form": SampleForm(),
        "wrong_form": SampleForm({"title": "", "people": "0"}),
        "inflow": sample_inflow(),
        "heat": sample_heat(),
        "spans": sample_spans(),
        "load": sample_load(),
        "land": sample_land(),
        "rows": sample_rows(now),
        "empty_table": Table(columns=[Column(title="编号"), Column(title="事项")], rows=[]),
    }


def sample_frame() -> Frame:
    entry = [
        Link(title="工作台", url="#", icon="layout-dashboard"),
        Link(title="事项", url="#", icon="inbox", count=17, active=True, late=True),
    ]
    registers = [
        Link(title="档案", url="#", icon="folder"),
        Link(title="任务与项目", url="#", icon="target-arrow", count=4),
        Link(title="督办", url="#", icon="flag-3", count=3),
        Link(title="地图", url="#", icon="map-2"),
    ]
    measures = [
        Link(title="指标", url="#", icon="chart-line"),
        Link(title="报告", url="#", icon="file-text"),
        Link(title="报表", url="#", icon="table"),
        Link(title="考核", url="#", icon="scale"),
    ]
    administration = [
        Link(title="业务包", url="#", icon="package"),
        Link(title="台账", url="#", icon="notebook"),
        Link(title="用户与区域", url="#", icon="users"),
    ]
    return Frame(
        township="澄江镇指挥中心",
        synthetic=True,
        home_url="#",
        navigation=[
            NavigationGroup(items=entry),
            NavigationGroup(title="记录", items=registers),
            NavigationGroup(title="数字与文稿", items=measures),
            NavigationGroup(title="管理", items=administration),
        ],
        phone=[entry[0], entry[1], registers[3], Link(title="我的", url="#", icon="user-circle")],
        search_url="#",
        new_url="#",
        new_kinds=[
            Link(title="网格事件", url="#", icon="map-pin"),
            Link(title="热线工单", url="#", icon="phone"),
            Link(title="安全隐患", url="#", icon="alert-triangle"),
        ],
        bell=Link(title="提醒", url="#", count=5),
        user_name="周敏",
        post_name="派单员 · 指挥中心",
        posts=[Link(title="派单员 · 指挥中心", url="#", active=True), Link(title="经办人 · 党政办", url="#")],
        user_links=[
            Link(title="修改密码", url="#", icon="key"),
            Link(title="退出", url="#", icon="logout", post=True),
        ],
    )


SAMPLE_MATTERS = (
    ("grid-2026-004812", "村口路灯三盏不亮，夜间行走不便", "网格事件", "东林村", "社会事务办", "overdue"),
    ("hotline-2026-001934", "小区地下车库消防通道被货物长期占用", "热线工单", "江湾社区", "应急办", "near"),
    ("safety-2026-000377", "木器厂除尘管道积尘未清理", "安全隐患", "西桥村", "应急办", "near"),
    ("urban-2026-002210", "菜场门口占道经营，早高峰无法通行", "城市管理", "江湾社区", "综合执法队", "normal"),
    ("petitions-2026-000058", "反映宅基地界址争议，要求现场调解", "群众来访", "上圩村", "司法所", "normal"),
    ("grid-2026-004799", "河道保洁区段有漂浮物约二十平方米", "网格事件", "河埠村", "水利站", "closed"),
    ("services-2026-032011", "老年人优待证补办", "便民服务", "镇区", "便民服务中心", "parked"),
)


def sample_table(now: datetime) -> Table:
    columns = [
        Column(title="编号", width="middle", sort_url="#"),
        Column(title="事项", width="wide"),
        Column(title="类别", phone=False),
        Column(title="承办单位", phone=False, sort_url="#"),
        Column(title="已用时", unit="小时", numeric=True, sort_url="#", sorted="down"),
        Column(title="时限", sort_url="#"),
    ]
    return Table(
        columns=columns,
        rows=[sample_row(*matter, hours=96 - 13 * place) for place, matter in enumerate(SAMPLE_MATTERS)],
        as_of=now,
        export_url="#",
        columns_url="#",
        pager=Pager(
            first=1,
            last=7,
            total=812,
            next_url="#",
            sizes=[Link(title="50", url="#", active=True), Link(title="100", url="#")],
        ),
        bulk=[
            Link(title="派单", url="#", icon="send", post=True),
            Link(title="并案", url="#", icon="git-merge", post=True),
            Link(title="打印", url="#", icon="printer"),
        ],
        caption="全部待办",
        numbered=True,
    )


def sample_row(number: str, title: str, kind: str, area: str, office: str, state: str, *, hours: int) -> Row:
    cells = [
        Cell(text=number, url="#"),
        Cell(text=title, below=area),
        Cell(text=kind),
        Cell(text=office),
        Cell(text=str(hours)),
        Cell(state=state),
    ]
    return Row(
        cells=cells,
        key=number,
        url="#",
        state=state,
        actions=[Link(title="派单", url="#"), Link(title="退回", url="#")],
    )


def sample_rows(now: datetime) -> list[dict[str, Any]]:
    """Return the rows of an inbox: two lines each, with a clock."""
    dues = (-5, 3, 7, 30, 75, 140, 200)
    return [
        {
            "number": number,
            "title": title,
            "kind": kind,
            "area": area,
            "office": office,
            "due": now + timedelta(hours=due),
            "near": now + timedelta(hours=due - 8),
        }
        for (number, title, kind, area, office, _), due in zip(SAMPLE_MATTERS, dues, strict=True)
    ]


def sample_filters() -> FilterBar:
    areas = [
        Option(value="a", title="澄江镇", count=812),
        Option(value="b", title="东林村", count=64, depth=1),
        Option(value="c", title="东林一网格", count=18, depth=2),
    ]
    offices = [
        Option(value="1", title="应急办", count=120, chosen=True),
        Option(value="2", title="综合执法队", count=204),
    ]
    return FilterBar(
        action="#",
        filters=[
            Filter(
                name="kind",
                title="类别",
                options=[
                    Option(value="grid", title="网格事件", count=402),
                    Option(value="hotline", title="热线工单", count=210),
                ],
            ),
            Filter(name="area", title="区域", options=areas),
            Filter(name="office", title="承办单位", kind="choices", options=offices),
            Filter(
                name="clock",
                title="时限",
                options=[
                    Option(value="overdue", title="超期"),
                    Option(value="near", title="临期", chosen=True),
                ],
            ),
            Filter(name="q", title="标题、描述、编号", kind="text"),
            Filter(name="at", title="受理日期", kind="dates", more=True),
            Filter(name="channel", title="来源", more=True, options=[Option(value="web", title="网页")]),
        ],
        chips=[
            Chip(title="时限", value="临期", remove_url="#"),
            Chip(title="承办单位", value="应急办", remove_url="#"),
        ],
        clear_url="#",
        views=[
            Link(title="待派发", url="#", count=17, active=True),
            Link(title="今日到期", url="#", count=6, late=True),
            Link(title="退回待定", url="#", count=2),
            Link(title="疑似重复", url="#", count=4),
        ],
        save_url="#",
    )


def sample_story(now: datetime) -> list[StoryEntry]:
    return [
        StoryEntry(
            at=now - timedelta(days=2),
            title="上报",
            who="何强",
            office="东林一网格",
            text="村口三盏路灯昨晚起不亮，已摆放警示牌。",
            icon="map-pin",
            attachments=[Attachment(name="现场.jpg", url="#", size="312 KB")],
        ),
        StoryEntry(at=now - timedelta(days=2), title="编号 grid-2026-004812", system=True),
        StoryEntry(at=now - timedelta(days=2), title="办理时限开始", text="2 工作日", system=True),
        StoryEntry(
            at=now - timedelta(days=1, hours=20),
            title="派发",
            who="周敏",
            office="指挥中心",
            state="dispatched",
            text="主办：社会事务办；协办：供电所。",
            icon="send",
            changes=[("承办单位", "", "社会事务办")],
        ),
        StoryEntry(
            at=now - timedelta(days=1),
            title="延期申请",
            who="吴丽",
            office="社会事务办",
            state="extended",
            text="灯杆线缆需整段更换，申请延长一个工作日。",
            icon="clock",
        ),
        StoryEntry(
            at=now - timedelta(hours=5),
            title="反馈",
            who="吴丽",
            office="社会事务办",
            state="answered",
            text="三盏灯已更换光源并恢复照明，附更换前后照片。",
            icon="message",
            attachments=[
                Attachment(name="更换后.jpg", url="#", size="420 KB"),
                Attachment(name="维修单.pdf", url="#", size="88 KB"),
            ],
        ),
    ]


def sample_track(now: datetime) -> list[StageMark]:
    return [
        StageMark(title="受理", status="done", at=now - timedelta(days=2)),
        StageMark(title="派发", status="done", at=now - timedelta(days=1, hours=20)),
        StageMark(title="处置", status="done", at=now - timedelta(days=1, hours=18), late=True),
        StageMark(title="反馈", status="done", at=now - timedelta(hours=5)),
        StageMark(title="复核", status="now"),
        StageMark(title="回访"),
        StageMark(title="办结"),
        StageMark(title="归档"),
    ]


def sample_tabs() -> list[Link]:
    return [
        Link(title="经过", url="#", active=True),
        Link(title="档案", url="#", count=2),
        Link(title="相似事项", url="#", count=3),
        Link(title="台账", url="#"),
    ]


def sample_inflow() -> dict[str, Any]:
    hours = list(range(24))
    usual = [
        round(3 + 9 * math.exp(-((hour - 10) ** 2) / 12) + 5 * math.exp(-((hour - 16) ** 2) / 8))
        for hour in hours
    ]
    return {
        "kind": "line",
        "label": "时",
        "unit": "件",
        "x": [f"{hour:02}" for hour in hours],
        "band": {"name": "通常范围", "low": [max(0, n - 3) for n in usual], "high": [n + 3 for n in usual]},
        "series": [
            {
                "name": "今天",
                "values": [n + (hour % 5) - 2 for hour, n in zip(hours, usual, strict=True)][:17],
                "area": True,
            }
        ],
    }


def sample_load() -> dict[str, Any]:
    return {
        "kind": "across",
        "label": "单位",
        "stacked": True,
        "x": ["综合执法队", "社会事务办", "应急办", "水利站", "司法所"],
        "series": [
            {"name": "正常", "values": [31, 22, 14, 9, 6], "tone": "good"},
            {"name": "临期", "values": [6, 4, 5, 1, 0], "tone": "warn"},
            {"name": "超期", "values": [2, 3, 0, 0, 1], "tone": "bad"},
        ],
        "links": ["#"] * 5,
    }


def sample_heat() -> dict[str, Any]:
    cells = [
        [hour, day, round(8 * math.exp(-((hour - 10 - day % 3) ** 2) / 18) * (0.4 if day > 4 else 1))]
        for day in range(7)
        for hour in range(24)
    ]
    return {
        "kind": "heat",
        "unit": "件",
        "x": [str(hour) for hour in range(24)],
        "y": list("一二三四五六日"),
        "cells": cells,
    }


def sample_spans() -> dict[str, Any]:
    rows = [
        {"p25": 4 + n, "p50": 9 + 2 * n, "p75": 20 + 3 * n, "p90": 38 + 7 * n, "n": 210 - 30 * n}
        for n in range(5)
    ]
    return {
        "kind": "percentiles",
        "unit": "小时",
        "x": ["便民服务中心", "综合执法队", "社会事务办", "应急办", "司法所"],
        "rows": rows,
    }


def sample_land() -> dict[str, Any]:
    """Return four by three invented villages with wavy edges, and points in three states."""
    names = ["东林", "西桥", "上圩", "下圩", "河埠", "江湾", "石塘", "柳泾", "新丰", "杨家", "南堰", "北漾"]
    areas = [sample_village(name, place % 4, place // 4) for place, name in enumerate(names)]
    tones = ("good", "good", "warn", "plain", "bad", "good")
    points = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [
                    120.60 + 0.117 * math.modf(n * 0.618)[0],
                    31.30 + 0.078 * math.modf(n * 0.377)[0],
                ],
            },
            "properties": {
                "title": SAMPLE_MATTERS[n % 7][1],
                "tone": tones[n % 6],
                "url": "#",
                "note": SAMPLE_MATTERS[n % 7][0],
            },
        }
        for n in range(46)
    ]
    return {
        "areas": {"type": "FeatureCollection", "features": areas},
        "points": {"type": "FeatureCollection", "features": points},
    }


def sample_village(name: str, column: int, row: int) -> dict[str, Any]:
    west, south = 120.60 + column * 0.03, 31.30 + row * 0.027
    ring = [wave(west + dx * 0.03 / 4, south) for dx in range(4)]
    ring += [wave(west + 0.03, south + dy * 0.027 / 4) for dy in range(4)]
    ring += [wave(west + 0.03 - dx * 0.03 / 4, south + 0.027) for dx in range(4)]
    ring += [wave(west, south + 0.027 - dy * 0.027 / 4) for dy in range(4)]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {"name": f"{name}村", "value": (column * 5 + row * 7) % 11, "url": "#", "unit": "件"},
    }


def wave(lon: float, lat: float) -> list[float]:
    """Move a corner a little, the same way for both neighbours."""
    return [round(lon + 0.0022 * math.sin(lat * 700), 6), round(lat + 0.0018 * math.sin(lon * 640), 6)]


class SampleForm(forms.Form):
    """One field of each type a pack knows."""

    title = forms.CharField(label="标题", max_length=80, help_text="一句话说清什么事、在哪里")
    kind = forms.ChoiceField(
        label="类别", choices=[("", "请选择"), ("grid", "网格事件"), ("hotline", "热线工单")]
    )
    people = forms.IntegerField(label="人次", min_value=1, required=False)
    area = forms.DecimalField(label="占地面积", required=False, help_text="按不动产证填写")
    due = forms.DateField(label="要求日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    phone = forms.CharField(
        label="联系电话", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    channel = forms.ChoiceField(
        label="接待方式",
        required=False,
        widget=forms.RadioSelect,
        choices=[("leader", "领导接访"), ("outreach", "走访下访"), ("joint", "会商会办")],
    )
    offices = forms.MultipleChoiceField(
        label="协办单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", "应急办"), ("2", "供电所"), ("3", "水利站")],
    )
    text = forms.CharField(label="描述", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    first = forms.BooleanField(label="初信初访", required=False)
    photo = forms.FileField(label="附件", required=False)
