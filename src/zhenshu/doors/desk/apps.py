from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "zhenshu.doors.desk"
    label = "desk"
