from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    name = "zhenshu.registers.exchanges"
    label = "exchanges"
