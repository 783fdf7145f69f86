from django.apps import AppConfig


class BlocksConfig(AppConfig):
    name = "zhenshu.registers.blocks"
    label = "blocks"
