"""The desk on one page: what people open in a browser."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from zhenshu.doors.desk import (
    accounts,
    bulk_pages,
    case_intake,
    case_pages,
    case_steps,
    correcting,
    doubles,
    home,
    inbox,
    new_case,
    saved_views,
    style_page,
)
from zhenshu.doors.patrol import pages as patrol

app_name = "desk"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.show_home, name="home"),
    path("home/map/", home.home_map, name="home_map"),
    path("log-in/", accounts.log_in, name="log_in"),
    path("log-out/", accounts.log_out, name="log_out"),
    path("password/", accounts.change_password, name="password"),
    path("posts/<int:post_id>/use/", accounts.use_post, name="use_post"),
    path("cases/", inbox.show_cases, name="cases"),
    path("cases/export/", inbox.export_cases, name="export_cases"),
    path("cases/slips/", case_pages.show_slips, name="slips"),
    path("cases/bulk/<slug:act>/", bulk_pages.bulk, name="bulk"),
    path("cases/views/save/", saved_views.save_view, name="save_view"),
    path("cases/views/drop/", saved_views.drop_view, name="drop_view"),
    path("cases/doubles/", doubles.show_doubles, name="doubles"),
    path("cases/doubles/tile/", doubles.doubles_tile, name="doubles_tile"),
    path("cases/intake/", case_intake.intake_page, name="intake"),
    path("cases/new/", new_case.choose_kind, name="new_case"),
    path("cases/new/<str:kind>/", new_case.new_case, name="new_case_of"),
    path("cases/new/<str:kind>/follow/", new_case.follow, name="follow_case"),
    path("cases/<slug:number>/", case_pages.show_case, name="case"),
    path("cases/<slug:number>/like/", case_pages.show_like, name="like"),
    path("cases/<slug:number>/slip/", case_pages.show_slip, name="slip"),
    path("cases/<slug:number>/file/", case_pages.whole_file, name="whole_file"),
    path("cases/<slug:number>/files/<int:file_id>/", case_pages.show_file, name="case_file"),
    path("cases/<slug:number>/correct/", correcting.correct_case, name="correct_case"),
    path("cases/<slug:number>/steps/<slug:action>/", case_steps.step, name="step"),
    path("cases/<slug:number>/undo/<slug:back>/", case_steps.undo, name="undo"),
    path("patrol/", patrol.show_patrol, name="patrol"),
    path("patrol/send/", patrol.send_report, name="send_report"),
    path("patrol/follow/", patrol.follow_report, name="follow_report"),
    path("patrol/worker.js", patrol.show_worker, name="patrol_worker"),
    path("", include("zhenshu.doors.desk.more_urls")),
    path("", include("zhenshu.doors.portal.desk_urls")),
    path("", include("zhenshu.doors.desk.report_urls")),
    path("", include("zhenshu.doors.desk.plan_urls")),
    path("", include("zhenshu.doors.desk.block_urls")),
    path("", include("zhenshu.doors.desk.engine_urls")),
    path("", include("zhenshu.doors.desk.exchange_urls")),
    path("", include("zhenshu.doors.desk.economy_urls")),
    path("", include("zhenshu.doors.desk.scorecard_urls")),
]

if settings.DEBUG:
    urlpatterns += [
        path("desk/style/", style_page.show_style, name="style"),
        path("desk/style/<slug:page>/", style_page.show_style, name="style_of"),
    ]
