"""The Django app of the area tree."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    """Register the area tree under the short label ``areas``."""

    name = "zhenshu.ground.areas"
    label = "areas"
    verbose_name = _("Areas")
    default_auto_field = "django.db.models.BigAutoField"
