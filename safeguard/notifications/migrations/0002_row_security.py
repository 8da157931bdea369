"""An inbox is its owner's: the web's role reads and marks one's own rows and may add to anybody's."""

from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

INBOX = "notifications_inboxitem"
OWN = f"recipient_id = {USER_ID_SQL}"


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        EnableRowSecurity(INBOX),
        Policy(INBOX, "inbox_read_own", roles=[WEB_ROLE], command="SELECT", using=OWN),
        Policy(INBOX, "inbox_mark_own", roles=[WEB_ROLE], command="UPDATE", using=OWN, check=OWN),
        Policy(INBOX, "inbox_tell_anybody", roles=[WEB_ROLE], command="INSERT", check="true"),
        Policy(INBOX, "inbox_worker", roles=[WORKER_ROLE], using="true", check="true"),
        migrations.AddIndex(
            "inboxitem",
            models.Index(
                fields=["recipient", "agency_id"],
                name="inbox_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(
                fields=["id"],
                name="outbox_body_kept",
                condition=~models.Q(body="") & ~models.Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ),
    ]
