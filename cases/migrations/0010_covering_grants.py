"""The grants' list indexes hold all that the list and its policy ask, and the planner is told to expect large groups."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0009_led_alone"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="casegroupgrant",
            name="casegroupgrant_activity",
        ),
        migrations.RemoveIndex(
            model_name="casegroupgrant",
            name="casegroupgrant_due",
        ),
        migrations.AddIndex(
            model_name="casegroupgrant",
            index=models.Index(
                models.F("group"),
                models.OrderBy(models.F("last_activity_at"), descending=True),
                models.OrderBy(models.F("content_object"), descending=True),
                condition=models.Q(("restricted", False)),
                include=("since", "until", "share"),
                name="casegroupgrant_activity",
            ),
        ),
        migrations.AddIndex(
            model_name="casegroupgrant",
            index=models.Index(
                models.F("group"),
                models.F("next_due_at"),
                models.F("content_object"),
                condition=models.Q(("next_due_at__isnull", False), ("restricted", False)),
                include=("since", "until", "share"),
                name="casegroupgrant_due",
            ),
        ),
        # The planner takes every group for an average one, of a few hundred cases, and would sort a large team's
        # tens of thousands for each page. Told that groups are large it walks the index in its order, which
        # costs a small group nothing.
        migrations.RunSQL(
            "ALTER TABLE cases_casegroupgrant ALTER COLUMN group_id SET (n_distinct = 10)",
            "ALTER TABLE cases_casegroupgrant ALTER COLUMN group_id RESET (n_distinct)",
        ),
    ]
