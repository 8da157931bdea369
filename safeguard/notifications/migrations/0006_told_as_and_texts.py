"""Which stage a stage was told as, which reached nobody; texts in versions that those add who configure."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

TEXTS = "notifications_remindertext"
CONFIGURES = "'configure' = ANY (((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[]))"


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_reminder_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "reminderstage", "told_as", models.CharField(blank=True, db_default="", default="", max_length=40)
        ),
        migrations.AddField("reminderstage", "alone", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("reminderstage", "reached_nobody", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "reminderstage",
            models.Index(
                fields=["-due_at", "-id"], condition=models.Q(("reached_nobody", True)), name="reminderstage_unheard"
            ),
        ),
        migrations.RunSQL(
            "UPDATE notifications_reminderstage SET told_as = stage WHERE resolved_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField("remindertext", "changed_at"),
        migrations.AddField(
            "remindertext",
            "made_at",
            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddField(
            "remindertext",
            "made_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField("remindertext", "code", models.CharField(max_length=40)),
        migrations.AlterField("remindertext", "text", models.TextField(blank=True)),
        migrations.AddIndex("remindertext", models.Index(fields=["code", "-id"], name="remindertext_newest")),
        EnableRowSecurity(TEXTS),
        Policy(TEXTS, "text_read", roles=[WEB_ROLE, WORKER_ROLE], command="SELECT", using="true"),
        Policy(TEXTS, "text_configure", roles=[WEB_ROLE], command="INSERT", check=CONFIGURES),
    ]
