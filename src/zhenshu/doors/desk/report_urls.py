"""Addresses of reports: read one, compose one, write and publish it, open the records of a figure."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from zhenshu.doors.desk import report_pages, report_promises, report_writer

EDITION = "reports/editions/<int:report_id>/"
FIGURE = f"{EDITION}figures/<str:key>/"
SENTENCE = f"{EDITION}sentences/<str:key>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", report_pages.show_reports, name="reports"),
    path("", include("zhenshu.doors.desk.report_adopting_urls")),
    path("reports/<int:year>/", report_pages.show_composed, name="composed_report"),
    path("reports/<int:year>/report.docx", report_pages.composed_docx, name="composed_docx"),
    path("reports/<int:year>/promises/", report_promises.show_promises, name="report_promises"),
    path("reports/<int:year>/draft/", report_writer.start_report, name="start_report"),
    path("reports/figures/<str:code>/", report_pages.show_figure, name="report_figure"),
    path(EDITION, report_writer.show_report, name="report"),
    path(f"{EDITION}report.docx", report_writer.report_docx, name="report_docx"),
    path(f"{EDITION}print/", report_writer.print_report, name="print_report"),
    path(f"{EDITION}changes/", report_writer.list_changes, name="report_changes"),
    path(f"{EDITION}derive/", report_writer.derive_report, name="derive_report"),
    path(f"{EDITION}words/", report_writer.write_words, name="report_words"),
    path(f"{EDITION}publish/", report_writer.publish_report, name="publish_report"),
    path(f"{EDITION}withdraw/", report_writer.withdraw_report, name="withdraw_report"),
    path(f"{FIGURE}override/", report_writer.override_figure, name="override_figure"),
    path(f"{FIGURE}withdraw/", report_writer.withdraw_override, name="withdraw_override"),
    path(SENTENCE, report_writer.word_sentence, name="word_sentence"),
    path(f"{SENTENCE}<slug:way>/", report_writer.place_sentence, name="place_sentence"),
]
