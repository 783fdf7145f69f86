from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
                choices=[
                    ("dispatcher", "Dispatcher"),
                    ("grid_worker", "Grid worker"),
                    ("officer", "Handling officer"),
                    ("leader", "Leader"),
                    ("secretary", "Secretary"),
                    ("administrator", "Administrator"),
                    ("viewer", "Viewer"),
                    ("provider", "Provider"),
                ],
                max_length=20,
            ),
        )
    ]
