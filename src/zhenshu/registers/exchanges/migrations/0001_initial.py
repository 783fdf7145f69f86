import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("areas", "0001_initial"),
        ("cases", "0002_notice_of_a_record"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exchange", models.CharField(max_length=90)),
                (
                    "direction",
                    models.CharField(choices=[("in", "Coming down"), ("out", "Going up")], max_length=3),
                ),
                (
                    "transport",
                    models.CharField(
                        choices=[
                            ("folder", "Files in a folder"),
                            ("api", "They call our API"),
                            ("push", "We send to their address"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "file_format",
                    models.CharField(
                        choices=[("xlsx", "xlsx"), ("csv", "csv"), ("ndjson", "ndjson")],
                        default="xlsx",
                        max_length=6,
                    ),
                ),
                ("url", models.CharField(blank=True, default="", max_length=500)),
                ("token", models.CharField(blank=True, default="", max_length=200)),
                ("active", models.BooleanField(default=True)),
                ("last_contact_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
            ],
            options={
                "db_table": "exchanges_channel",
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=80)),
                ("message", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("stage", models.CharField(blank=True, default="", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent, no receipt yet"),
                            ("acknowledged", "Confirmed"),
                            ("refused", "Turned down"),
                            ("failed", "Given up"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("tries", models.SmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("payload", models.JSONField(default=dict)),
                ("payload_hash", models.CharField(max_length=64)),
                ("changed", models.SmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchanged",
                        to="cases.case",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="exchanges.channel",
                    ),
                ),
            ],
            options={
                "db_table": "exchanges_item",
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exchange", models.CharField(max_length=90)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("source", models.CharField(blank=True, default="", max_length=200)),
                ("made_at", models.DateTimeField()),
                ("counts", models.JSONField(default=dict)),
                ("repeated", models.IntegerField(default=0)),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "exchanges_reconciliation",
            },
        ),
        migrations.CreateModel(
            name="ReconciliationLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=80)),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("agreed", "Both agree"),
                            ("open", "Being handled here"),
                            ("not_taken", "Sent, not taken in here"),
                            ("refused_here", "Turned down here"),
                            ("not_sent", "Answered, not sent"),
                            ("unanswered", "Concluded here, never reported"),
                            ("unconfirmed", "Sent, not confirmed"),
                            ("refused_there", "Turned down by them"),
                            ("answered_there", "Answered there, not by us"),
                            ("unknown_there", "Not on their list"),
                        ],
                        max_length=20,
                    ),
                ),
                ("theirs", models.JSONField(default=dict)),
                ("their_state", models.CharField(blank=True, default="", max_length=60)),
                ("sent_by_them", models.BooleanField()),
                ("taken", models.BooleanField()),
                ("answered", models.BooleanField()),
                ("confirmed", models.BooleanField()),
                ("settled", models.CharField(blank=True, default="", max_length=20)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, default="", max_length=60)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchanges.item",
                    ),
                ),
                (
                    "reconciliation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="exchanges.reconciliation",
                    ),
                ),
            ],
            options={
                "db_table": "exchanges_line",
            },
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                fields=("exchange", "direction"),
                name="exchanges_channel_once",
                violation_error_message="This direction of the exchange is set up already.",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["channel", "number"], name="exchange_number"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["channel", "state", "-created_at"], name="exchange_state"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["next_try_at"], name="exchange_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stage", "")),
                fields=("channel", "number"),
                name="exchanges_ticket_once",
                violation_error_message="This ticket came in before.",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(fields=["exchange", "-made_at"], name="reconciliation_made"),
        ),
        migrations.AddConstraint(
            model_name="reconciliationline",
            constraint=models.UniqueConstraint(
                fields=("reconciliation", "number"), name="exchanges_line_once"
            ),
        ),
    ]
