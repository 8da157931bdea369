"""What a program sent has a digest beside its key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0016_referral_scopes"),
    ]

    operations = [
        migrations.AddField(
            model_name="formsubmission",
            name="digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
