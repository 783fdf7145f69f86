from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "zhenshu.ground.people"
    label = "people"
