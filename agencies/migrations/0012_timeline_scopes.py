"""Two scopes more: reading timelines, and writing on them."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0011_designated_officers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="apitoken",
            name="apitoken_scopes_known",
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read:cases", "Read cases"),
                        ("read:children", "Read children"),
                        ("read:timeline", "Read timelines"),
                        ("write:timeline", "Write on timelines"),
                    ],
                    max_length=40,
                ),
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__len__gt", 0),
                    ("scopes__contained_by", ["read:cases", "read:children", "read:timeline", "write:timeline"]),
                ),
                name="apitoken_scopes_known",
            ),
        ),
    ]
