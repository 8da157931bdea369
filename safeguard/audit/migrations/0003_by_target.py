"""Who looked at this record? Answered from an index."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.AddIndex("auditrow", GinIndex(fields=["target_uuids"], name="audit_by_target")),
    ]
