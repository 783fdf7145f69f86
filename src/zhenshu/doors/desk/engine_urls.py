"""Addresses of the engines."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import (
    engine_draws,
    engine_duties,
    engine_ladders,
    engine_matches,
    engine_pages,
    engine_points,
    engine_scales,
    engine_supplies,
    engine_thresholds,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("engines/", engine_pages.list_engines, name="engines"),
    path("engines/points/<str:code>/", engine_points.list_accounts, name="points"),
    path("engines/points/<str:code>/records/", engine_points.list_transfers, name="point_transfers"),
    path("engines/points/<str:code>/award/", engine_points.award_points, name="award_points"),
    path("engines/points/<str:code>/redeem/", engine_points.redeem_points, name="redeem_points"),
    path(
        "engines/point-transfers/<int:transfer_id>/reverse/",
        engine_points.reverse_points,
        name="reverse_points",
    ),
    path("engines/draws/<str:code>/", engine_draws.list_draws, name="draws"),
    path("engines/draws/<str:code>/new/", engine_draws.freeze_draw, name="freeze_draw"),
    path("engines/draw/<int:draw_id>/", engine_draws.show_draw, name="draw"),
    path("engines/draw/<int:draw_id>/hold/", engine_draws.hold_draw, name="hold_draw"),
    path("engines/draw/<int:draw_id>/cancel/", engine_draws.cancel_draw, name="cancel_draw"),
    path("engines/draw/<int:draw_id>/publish/", engine_draws.publish_draw, name="publish_draw"),
    path("engines/draw/<int:draw_id>/cases/", engine_draws.draw_cases, name="draw_cases"),
    path("engines/ladders/<str:code>/", engine_ladders.list_climbers, name="ladders"),
    path("engines/ladders/<str:code>/places/", engine_ladders.list_places, name="ladder_places"),
    path("engines/ladders/<str:code>/enter/", engine_ladders.enter_ladder, name="enter_ladder"),
    path("engines/ladders/<str:code>/<int:dossier_id>/", engine_ladders.show_climber, name="climber"),
    path("engines/ladder-places/<int:place_id>/leave/", engine_ladders.leave_ladder, name="leave_ladder"),
    path("engines/matches/<str:code>/", engine_matches.list_matches, name="matches"),
    path("engines/matches/<str:code>/<int:need_id>/", engine_matches.take_up_match, name="take_up_match"),
    path("engines/thresholds/<str:code>/", engine_thresholds.list_alarms, name="thresholds"),
    path("engines/supplies/<str:code>/", engine_supplies.list_supplies, name="supplies"),
    path("engines/supplies/<str:code>/batches/", engine_supplies.list_batches, name="stock_batches"),
    path(
        "engines/supplies/<str:code>/batches/<int:batch_id>/", engine_supplies.count_stock, name="count_stock"
    ),
    path("engines/supplies/<str:code>/moves/", engine_supplies.list_moves, name="stock_moves"),
    path("engines/supplies/<str:code>/<slug:act>/", engine_supplies.move_stock, name="move_stock"),
    path("engines/duties/<str:code>/", engine_duties.list_turns, name="duties"),
    path("engines/duties/<str:code>/new/", engine_duties.make_roster, name="make_roster"),
    path("engines/duty/<int:turn_id>/", engine_duties.show_turn, name="duty_turn"),
    path("engines/duty/<int:turn_id>/swap/", engine_duties.swap_duty, name="swap_duty"),
    path("engines/duty/<int:turn_id>/hand-over/", engine_duties.hand_over, name="hand_over"),
    path("engines/duty/<int:turn_id>/event/", engine_duties.duty_event, name="duty_event"),
    path("engines/scales/<str:code>/", engine_scales.list_graded, name="scales"),
    path("engines/scales/<str:code>/all/", engine_scales.list_gradings, name="gradings"),
    path("engines/scales/<str:code>/<int:dossier_id>/", engine_scales.grade_dossier, name="grade"),
]
