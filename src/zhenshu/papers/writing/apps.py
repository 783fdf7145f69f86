from django.apps import AppConfig


class WritingConfig(AppConfig):
    name = "zhenshu.papers.writing"
    label = "writing"
