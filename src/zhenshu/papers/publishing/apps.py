from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "zhenshu.papers.publishing"
    label = "publishing"
