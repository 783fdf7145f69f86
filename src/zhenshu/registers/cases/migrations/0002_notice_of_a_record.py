from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            "notice", "subject_kind", models.CharField(blank=True, default="", max_length=40)
        ),
        migrations.AddField("notice", "subject_id", models.BigIntegerField(null=True)),
    ]
