"""A message may hold an invitation for the reader's calendar."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_told_as_and_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="invitation",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
