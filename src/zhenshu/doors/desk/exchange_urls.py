"""Addresses of the exchanges."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import exchange_balances, exchange_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("exchanges/", exchange_pages.list_channels, name="exchanges"),
    path("exchanges/queue/", exchange_pages.list_items, name="exchange_queue"),
    path("exchanges/queue/retry/", exchange_pages.retry_items, name="retry_items"),
    path("exchanges/queue/export/<slug:form>/", exchange_pages.export_items, name="export_items"),
    path("exchanges/queue/<int:item_id>/retry/", exchange_pages.retry_item, name="retry_item"),
    path("exchanges/balances/", exchange_balances.list_balances, name="balances"),
    path("exchanges/balances/new/", exchange_balances.new_balance, name="new_balance"),
    path("exchanges/balances/<int:balance_id>/", exchange_balances.show_balance, name="balance"),
    path(
        "exchanges/balances/<int:balance_id>/<slug:act>/",
        exchange_balances.settle_lines,
        name="settle_lines",
    ),
    path("exchanges/lines/<int:line_id>/<slug:act>/", exchange_balances.settle_line, name="settle_line"),
    path("exchanges/<str:code>/<slug:direction>/", exchange_pages.edit_channel, name="exchange_channel"),
]
