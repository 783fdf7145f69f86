from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "zhenshu.doors.api"
    label = "api"
