from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "zhenshu.measures.indicators"
    label = "indicators"
