from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "zhenshu.registers.dossiers"
    label = "dossiers"
