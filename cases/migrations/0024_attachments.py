"""Files that belong to an entry: seen where the entry is seen, added by the team that recorded it."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import GROUP_IDS_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
SEEN = "EXISTS (SELECT FROM cases_timelineentry e WHERE e.id = cases_attachment.entry_id OFFSET 0)"
OWN_TEAMS = f"""EXISTS (SELECT FROM cases_timelineentry e
    WHERE e.id = cases_attachment.entry_id AND e.author_group_id = ANY {GROUP_IDS_SQL} OFFSET 0)"""

# For the scanner's round, which the clock makes for nobody: the worker alone, and neither names nor content.
IS_CLOCK = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
WAITING = f"""
CREATE FUNCTION cases_attachments_waiting() RETURNS TABLE (uuid uuid, stored_name varchar, sealed_key varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.uuid, a.stored_name, a.sealed_key FROM cases_attachment a
    WHERE a.state = 'waiting' AND {IS_CLOCK} ORDER BY a.id LIMIT 20
$$
"""
SCANNED = f"""
CREATE FUNCTION cases_attachment_scanned(the_attachment uuid, said text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_attachment a SET state = said
    WHERE a.uuid = the_attachment AND a.state = 'waiting' AND said IN ('clean', 'refused') AND {IS_CLOCK}
$$
"""
DROP = """
DROP FUNCTION cases_attachment_scanned(uuid, text);
DROP FUNCTION cases_attachments_waiting()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0010_practice_profile"),
        ("cases", "0023_record_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField(help_text="Bytes of the cleaned file")),
                ("stored_name", models.CharField(editable=False, max_length=32, unique=True)),
                ("sealed_key", models.CharField(editable=False, max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the virus scanner"),
                            ("clean", "Scanned: no virus found"),
                            ("refused", "A virus was found: the file was deleted"),
                            ("not_scanned", "Not scanned for viruses"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "added_by_agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="cases.timelineentry",
                    ),
                ),
            ],
            options={
                "ordering": ["added_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="AttachmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("name", models.CharField(max_length=200)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField(help_text="Bytes of the cleaned file")),
                ("stored_name", models.CharField(editable=False, max_length=32)),
                ("sealed_key", models.CharField(editable=False, max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the virus scanner"),
                            ("clean", "Scanned: no virus found"),
                            ("refused", "A virus was found: the file was deleted"),
                            ("not_scanned", "Not scanned for viruses"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "added_by_agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="cases.timelineentry",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="cases.attachment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(condition=models.Q(("entry__isnull", False)), name="attachment_belongs"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "clean", "refused", "not_scanned"])),
                name="attachment_state_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "size", "state", "stored_name", "uuid") VALUES (NEW."added_at", NEW."added_by_agency_id", NEW."added_by_id", NEW."description", NEW."entry_id", NEW."id", NEW."media_type", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."sealed_key", NEW."size", NEW."state", NEW."stored_name", NEW."uuid"); RETURN NULL;',
                    hash="577adaff5e5a2106f100ec7857c5594f066e0a86",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_385a1",
                    table="cases_attachment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "size", "state", "stored_name", "uuid") VALUES (NEW."added_at", NEW."added_by_agency_id", NEW."added_by_id", NEW."description", NEW."entry_id", NEW."id", NEW."media_type", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."sealed_key", NEW."size", NEW."state", NEW."stored_name", NEW."uuid"); RETURN NULL;',
                    hash="4de860a286d8bfbb1852d7830ad73eebe5c21750",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ced6b",
                    table="cases_attachment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "size", "state", "stored_name", "uuid") VALUES (OLD."added_at", OLD."added_by_agency_id", OLD."added_by_id", OLD."description", OLD."entry_id", OLD."id", OLD."media_type", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."sealed_key", OLD."size", OLD."state", OLD."stored_name", OLD."uuid"); RETURN NULL;',
                    hash="7116bb5d3df4fdad9551543dba8450cac9e8dd38",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4c70b",
                    table="cases_attachment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachmentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5cf3bfc0f188a9bee279681b956d33d9ef24681e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d1072",
                    table="cases_attachmentevent",
                    when="BEFORE",
                ),
            ),
        ),
        EnableRowSecurity("cases_attachment"),
        Policy("cases_attachment", "seen", roles=ROLES, command="SELECT", using=SEEN),
        Policy("cases_attachment", "made", roles=ROLES, command="INSERT", check=OWN_TEAMS),
        migrations.RunSQL([WAITING, SCANNED], DROP),
    ]
