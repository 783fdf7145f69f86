from django.apps import AppConfig


class LayersConfig(AppConfig):
    name = "zhenshu.registers.layers"
    label = "layers"
