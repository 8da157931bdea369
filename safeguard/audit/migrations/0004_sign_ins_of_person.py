"""When did these people sign in? Answered from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_by_target")]

    operations = [
        migrations.AddIndex(
            "auditrow",
            models.Index(
                fields=["user_id", "-id"],
                name="audit_sign_ins_of_person",
                condition=models.Q(kind="sign_in", agency_id__isnull=True),
            ),
        ),
    ]
