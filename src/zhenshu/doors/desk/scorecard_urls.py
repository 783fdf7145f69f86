"""Addresses of scorecards: all of them, one in a period, a unit, a score, and what is done to them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import scorecard_acts, scorecard_pages

EDITION = "scorecards/editions/<int:scorecard_id>/"
CARD = "scorecards/<str:code>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("scorecards/", scorecard_pages.list_cards, name="scorecards"),
    path("scorecards/appeals/<int:appeal_id>/answer/", scorecard_acts.answer_appeal, name="answer_appeal"),
    path(f"{EDITION}publish/", scorecard_acts.publish_scorecard, name="publish_scorecard"),
    path(f"{EDITION}withdraw/", scorecard_acts.withdraw_scorecard, name="withdraw_scorecard"),
    path(f"{EDITION}close/", scorecard_acts.close_scorecard, name="close_scorecard"),
    path(f"{EDITION}appeals/", scorecard_acts.list_appeals, name="score_appeals"),
    path(f"{EDITION}changes/", scorecard_acts.list_changes, name="score_changes"),
    path(f"{EDITION}mark/<int:unit_id>/<slug:item_code>/", scorecard_acts.mark_score, name="mark_score"),
    path(
        f"{EDITION}object/<int:unit_id>/<slug:item_code>/",
        scorecard_acts.object_to_score,
        name="object_to_score",
    ),
    path(CARD, scorecard_pages.show_board, name="scorecard"),
    path(f"{CARD}begin/", scorecard_acts.begin_scorecard, name="begin_scorecard"),
    path(f"{CARD}print/", scorecard_acts.print_scorecard, name="print_scorecard"),
    path(f"{CARD}units/<int:unit_id>/", scorecard_pages.show_unit, name="score_unit"),
    path(f"{CARD}units/<int:unit_id>/<slug:item_code>/", scorecard_pages.show_score, name="score"),
]
