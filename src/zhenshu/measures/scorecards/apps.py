from django.apps import AppConfig


class ScorecardsConfig(AppConfig):
    name = "zhenshu.measures.scorecards"
    label = "scorecards"
