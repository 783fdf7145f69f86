"""Addresses of the economy, the classes by land, and the layers of lines."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhenshu.doors.desk import economy_acts, economy_firms, economy_pages, layer_pages, per_mu_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("economy/", economy_pages.show_economy, name="economy"),
    path("economy/firms/", economy_firms.list_firms, name="economy_firms"),
    path("economy/warnings/", economy_pages.list_warnings, name="economy_warnings"),
    path(
        "economy/warnings/<str:code>/<int:dossier_id>/<str:month>/visit/",
        economy_acts.open_economy_visit,
        name="open_economy_visit",
    ),
    path(
        "economy/warnings/<str:code>/<int:dossier_id>/<str:month>/visited/",
        economy_acts.keep_economy_visit,
        name="keep_economy_visit",
    ),
    path("economy/estimates/", economy_pages.show_estimates, name="economy_estimates"),
    path("economy/brief/", economy_pages.show_brief, name="economy_brief"),
    path("economy/per-mu/", per_mu_pages.list_assessments, name="per_mu"),
    path("economy/per-mu/new/<str:code>/", per_mu_pages.new_assessment, name="new_assessment"),
    path("economy/per-mu/<int:assessment_id>/", per_mu_pages.show_assessment, name="assessment"),
    path("economy/per-mu/<int:assessment_id>/anew/", per_mu_pages.assess_again, name="assess_again"),
    path(
        "economy/per-mu/<int:assessment_id>/publish/",
        per_mu_pages.publish_assessment,
        name="publish_assessment",
    ),
    path(
        "economy/per-mu/<int:assessment_id>/settle/", per_mu_pages.settle_assessment, name="settle_assessment"
    ),
    path("economy/per-mu/standings/<int:standing_id>/", per_mu_pages.show_standing, name="standing"),
    path(
        "economy/per-mu/standings/<int:standing_id>/object/",
        per_mu_pages.object_to_standing,
        name="object_to_standing",
    ),
    path(
        "economy/per-mu/objections/<int:objection_id>/",
        per_mu_pages.answer_objection,
        name="answer_objection",
    ),
    path("land/layers/", layer_pages.show_layers, name="layers"),
    path("land/layers/map/", layer_pages.layer_map, name="layer_map"),
    path("land/layers/new/", layer_pages.take_in_layer, name="take_in_layer"),
    path("land/layers/test/", layer_pages.lay_over_ground, name="lay_over"),
    path("land/layers/tests/", layer_pages.list_ground_tests, name="ground_tests"),
    path("land/layers/tests/<int:test_id>/", layer_pages.show_ground_test, name="ground_test"),
]
