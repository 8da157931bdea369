"""Which messages hold a one-time link or code: their text goes when they are sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_row_security")]

    operations = [migrations.AddField("outboxmessage", "is_secret", models.BooleanField(default=False))]
