"""Addresses of the plan: its lists and charts, one item, and what is done to it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import plan_acts, plan_chart, plan_gantt, plan_item_page, plan_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("plans/", plan_pages.list_plans, name="plans"),
    path("plans/chart/", plan_chart.show_chart, name="plan_chart"),
    path("plans/gantt/", plan_gantt.show_gantt, name="plan_gantt"),
    path("plans/calendar/", plan_pages.show_calendar, name="plan_calendar"),
    path("plans/offices/", plan_pages.list_by_office, name="plan_offices"),
    path("plans/leaders/", plan_pages.list_by_leader, name="plan_leaders"),
    path("plans/new/", plan_acts.choose_kind, name="new_plan"),
    path("plans/new/<str:kind>/", plan_acts.new_item, name="new_plan_of"),
    path("plans/baselines/", plan_acts.set_baseline, name="set_baseline"),
    path("plans/orders/<int:order_id>/reply/", plan_acts.reply_to_order, name="reply_plan_order"),
    path("plans/orders/<int:order_id>/settle/", plan_acts.settle_order, name="settle_plan_order"),
    path("plans/<int:item_id>/", plan_item_page.show_item, name="plan"),
    path("plans/<int:item_id>/edit/", plan_acts.edit_item, name="edit_plan"),
    path("plans/<int:item_id>/links/", plan_acts.set_links, name="link_plan"),
    path("plans/<int:item_id>/report/", plan_acts.report_progress, name="report_plan"),
    path("plans/<int:item_id>/complete/", plan_acts.complete_item, name="complete_plan"),
    path("plans/<int:item_id>/cancel/", plan_acts.cancel_item, name="cancel_plan"),
    path("plans/<int:item_id>/restore/", plan_acts.restore_item, name="restore_plan"),
    path("plans/<int:item_id>/life/", plan_acts.record_life, name="life_of_plan"),
    path("plans/<int:item_id>/investment/", plan_acts.set_investment, name="invest_plan"),
    path("plans/<int:item_id>/supervise/", plan_acts.supervise, name="supervise_plan"),
    path("plans/<int:item_id>/problem/", plan_acts.raise_problem, name="problem_of_plan"),
    path("plans/<int:item_id>/drag/", plan_gantt.drag, name="drag_plan"),
    path("plans/<int:item_id>/replan/<slug:direction>/", plan_gantt.replan, name="replan_plan"),
]
