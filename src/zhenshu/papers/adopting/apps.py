from django.apps import AppConfig


class AdoptingConfig(AppConfig):
    name = "zhenshu.papers.adopting"
    label = "adopting"
