"""The desk's side of the portal: answers for everybody, signs, the rating of outside companies."""

from __future__ import annotations

from django.urls import URLPattern, path

from zhenshu.doors.portal import desk_answers, desk_companies, desk_spots

urlpatterns: list[URLPattern] = [
    path("public-answers/", desk_answers.list_answers, name="public_answers"),
    path("public-answers/propose/<slug:number>/", desk_answers.propose_answer, name="propose_answer"),
    path("public-answers/<int:answer_id>/", desk_answers.decide_answer, name="decide_answer"),
    path("public-answers/signs/", desk_spots.list_spots, name="spots"),
    path("public-answers/signs/new/", desk_spots.new_spot, name="new_spot"),
    path("public-answers/signs/sheet/", desk_spots.print_signs, name="print_signs"),
    path("public-answers/signs/<int:spot_id>/", desk_spots.retire, name="retire_spot"),
    path("companies/", desk_companies.list_ratings, name="ratings"),
]
