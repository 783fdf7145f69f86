"""Addresses of reports that are read: keep one, look at it, take over what it promises; the targets."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import report_adopting, target_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/read/", report_adopting.read_reports, name="read_reports"),
    path("reports/read/<int:source_id>/", report_adopting.show_source, name="source_report"),
    path("reports/read/<int:source_id>/adopt/", report_adopting.adopt_report, name="adopt_report"),
    path("reports/read/<int:source_id>/edit/", report_adopting.edit_source, name="edit_source_report"),
    path("reports/read/<int:source_id>/aside/", report_adopting.put_aside, name="put_source_aside"),
    path(
        "reports/read/adoptions/<int:adoption_id>/withdraw/",
        report_adopting.withdraw_adoption,
        name="withdraw_adoption",
    ),
    path("targets/", target_pages.list_targets, name="targets"),
]
