from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "zhenshu.registers.plans"
    label = "plans"
