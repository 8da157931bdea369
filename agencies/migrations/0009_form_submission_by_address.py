"""A form's key counts at the address that it was sent to, which is how it is looked up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0008_no_client_secret_in_the_database")]
    operations = [
        migrations.RemoveConstraint(model_name="formsubmission", name="formsubmission_once"),
        migrations.AddConstraint(
            model_name="formsubmission",
            constraint=models.UniqueConstraint(fields=("user", "key", "path"), name="formsubmission_once"),
        ),
    ]
