from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "zhenshu.registers.cases"
    label = "cases"
