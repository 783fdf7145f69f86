"""Addresses of the work by line and of the records of the general blocks."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import block_acts, block_lines, block_pages, block_special, dossier_file

urlpatterns: list[URLPattern | URLResolver] = [
    path("lines/", block_lines.list_lines, name="lines"),
    path("lines/<str:key>/", block_lines.show_line, name="line"),
    path("dossiers/<int:dossier_id>/growth/", dossier_file.show_growth, name="dossier_growth"),
    path("dossiers/<int:dossier_id>/file/", dossier_file.export_file, name="dossier_file"),
    path("records/<int:record_id>/", block_pages.show_record, name="record"),
    path("records/<int:record_id>/correct/", block_pages.correct_record, name="correct_record"),
    path("records/<int:record_id>/withdraw/", block_pages.withdraw_record, name="withdraw_record"),
    path("records/<int:record_id>/acts/<slug:act>/", block_acts.record_act, name="record_act"),
    path(
        "records/<int:record_id>/acts/<slug:act>/<int:number>/",
        block_acts.record_item_act,
        name="record_item_act",
    ),
    path("records/<str:code>/", block_pages.list_records, name="records_of"),
    path("records/<str:code>/new/", block_pages.new_record, name="new_record"),
    path("records/<str:code>/now/", block_special.special_records, name="special_records"),
    path("records/<str:code>/run/<slug:act>/", block_special.run_payout, name="run_payout"),
]
