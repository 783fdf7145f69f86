"""Addresses of reports: read one, compose one, open the records of a figure."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import report_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", report_pages.show_reports, name="reports"),
    path("reports/<int:year>/", report_pages.show_composed, name="composed_report"),
    path("reports/<int:year>/report.docx", report_pages.composed_docx, name="composed_docx"),
    path("reports/figures/<str:code>/", report_pages.show_figure, name="report_figure"),
]
