from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "zhenshu.ground.packs"
    label = "packs"
