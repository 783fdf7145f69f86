from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "zhenshu.registers.portal"
    label = "portal"
