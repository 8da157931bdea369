"""Who was told of what is the worker's business: on the web whoever configures reads it, and nobody changes it."""

from django.db import migrations

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

STAGES, REMINDERS = "notifications_reminderstage", "notifications_reminder"
CONFIGURES = "'configure' = ANY (((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[]))"


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_reminders")]

    operations = [
        EnableRowSecurity(STAGES),
        EnableRowSecurity(REMINDERS),
        Policy(STAGES, "stage_operator", roles=[WEB_ROLE], command="SELECT", using=CONFIGURES),
        Policy(STAGES, "stage_plan", roles=[WEB_ROLE], command="INSERT", check="true"),
        Policy(STAGES, "stage_worker", roles=[WORKER_ROLE], using="true", check="true"),
        Policy(REMINDERS, "reminder_operator", roles=[WEB_ROLE], command="SELECT", using=CONFIGURES),
        Policy(REMINDERS, "reminder_worker", roles=[WORKER_ROLE], using="true", check="true"),
    ]
