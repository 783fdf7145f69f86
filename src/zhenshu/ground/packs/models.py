"""The versions of packs this installation has seen; a case keeps the one it was opened under."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PackVersion(models.Model):
    """One text of a pack, known by its digest: petitions as of 1 May 2022, with the basis it names."""

    pack = models.CharField(_("Pack"), max_length=40, db_index=True)
    effective = models.DateField(_("Effective"))
    basis = models.TextField(_("Basis"), blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)
    source = models.TextField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "packs_version"
        verbose_name = _("Pack version")
        verbose_name_plural = _("Pack versions")

    def __str__(self) -> str:
        return f"{self.pack} {self.effective}"
