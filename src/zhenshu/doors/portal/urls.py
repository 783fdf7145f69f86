"""The portal on one page: what people open without an account."""

from __future__ import annotations

from django.urls import URLPattern, path

from zhenshu.doors.portal import guide_pages, pages, reporting

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("", pages.show_entrance, name="entrance"),
    path("privacy/", pages.show_privacy, name="privacy"),
    path("choose/<slug:section>/", reporting.choose, name="choose"),
    path("new/<str:code>/", reporting.new_report, name="new"),
    path("at/<str:code>/", pages.show_spot, name="spot"),
    path("follow/", pages.follow, name="follow"),
    path("leave/", pages.leave, name="leave"),
    path("matter/<slug:number>/", pages.show_matter, name="matter"),
    path("answers/", pages.list_answers, name="answers"),
    path("answers/<int:answer_id>/", pages.show_answer, name="answer"),
    path("guide/", guide_pages.show_guide, name="guide"),
    path("guide/ask/<str:code>/", guide_pages.show_questions, name="questions"),
    path("guide/items/<int:item_id>/", guide_pages.show_item, name="item"),
]
