from django.apps import AppConfig


class PortalDoorConfig(AppConfig):
    name = "zhenshu.doors.portal"
    label = "portal_door"
