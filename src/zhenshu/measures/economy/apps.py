from django.apps import AppConfig


class EconomyConfig(AppConfig):
    name = "zhenshu.measures.economy"
    label = "economy"
