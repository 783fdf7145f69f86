"""Ledger entries and their seals; both refuse change in the database itself."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One line of the ledger: who did what, when, to which record, and what changed.

    *changes* maps a field to ``[before, after]``. Actor and area are plain numbers, not foreign keys:
    a line must outlive what it speaks of.
    """

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80)
    actor_office = models.CharField(max_length=60, blank=True, default="")
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    area_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "ledger_entry"
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "seq"], name="ledger_subject"),
            models.Index(fields=["actor_id", "seq"], name="ledger_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject_kind}:{self.subject_id}"


class Seal(models.Model):
    """A run of entries, hashed into a Merkle root that is chained to the seal before it.

    *leaves* holds the digest of every entry of the run in order, so that a changed entry can be named.
    """

    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField(unique=True)
    count = models.IntegerField()
    algorithm = models.CharField(max_length=16)
    leaves = models.BinaryField()
    root = models.CharField(max_length=128)
    chain = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_seal"

    def __str__(self) -> str:
        return f"seal {self.first_seq}–{self.last_seq}"
