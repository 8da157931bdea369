"""A provider's client secret stands in the environment: its row may hold none."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agencies", "0007_history"), ("socialaccount", "0006_alter_socialaccount_extra_data")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE socialaccount_socialapp ADD CONSTRAINT secret_is_in_the_environment CHECK (secret = '')",
            "ALTER TABLE socialaccount_socialapp DROP CONSTRAINT secret_is_in_the_environment",
        )
    ]
