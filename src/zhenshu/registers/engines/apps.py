from django.apps import AppConfig


class EnginesConfig(AppConfig):
    name = "zhenshu.registers.engines"
    label = "engines"
