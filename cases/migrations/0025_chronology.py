"""Chronologies as documents: each for the person who asked, while they see the case."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
OWN = f"""cases_chronology.user_id = {USER_ID_SQL}
    AND EXISTS (SELECT FROM cases_case c WHERE c.id = cases_chronology.case_id OFFSET 0)"""

# For the worker's round, which the clock makes for nobody: whose turn it is, and which files are to go.
IS_CLOCK = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
# One whose worker died is begun once more; after ten minutes nobody waits for it any longer.
WAITING = f"""
CREATE FUNCTION cases_chronologies_waiting()
RETURNS TABLE (uuid uuid, user_id bigint, membership_uuid uuid, case_uuid uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.uuid, h.user_id, h.membership_uuid, c.uuid
    FROM cases_chronology h JOIN cases_case c ON c.id = h.case_id
    WHERE h.asked_at > statement_timestamp() - interval '10 minutes' AND (h.state = 'waiting'
        OR (h.state = 'drawing' AND h.begun_at < statement_timestamp() - interval '5 minutes')) AND {IS_CLOCK}
    ORDER BY h.id LIMIT 10
$$
"""
EXPIRED = f"""
CREATE FUNCTION cases_chronologies_expired() RETURNS SETOF varchar
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM cases_chronology h WHERE h.expires_at < statement_timestamp() AND {IS_CLOCK} RETURNING h.stored_name
$$
"""
DROP = """
DROP FUNCTION cases_chronologies_expired();
DROP FUNCTION cases_chronologies_waiting()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0024_attachments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chronology",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "membership_uuid",
                    models.UUIDField(help_text="The membership that the person acted under when they asked"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its turn"),
                            ("drawing", "Being drawn"),
                            ("ready", "Ready"),
                            ("failed", "Could not be made"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "entries",
                    models.PositiveIntegerField(
                        help_text="How many entries it holds, once they are collected", null=True
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("begun_at", models.DateTimeField(editable=False, null=True)),
                ("expires_at", models.DateTimeField()),
                ("stored_name", models.CharField(blank=True, editable=False, max_length=32)),
                ("sealed_key", models.CharField(blank=True, editable=False, max_length=400)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="chronologies", to="cases.case"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "chronologies",
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ChronologyEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "membership_uuid",
                    models.UUIDField(help_text="The membership that the person acted under when they asked"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its turn"),
                            ("drawing", "Being drawn"),
                            ("ready", "Ready"),
                            ("failed", "Could not be made"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "entries",
                    models.PositiveIntegerField(
                        help_text="How many entries it holds, once they are collected", null=True
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("begun_at", models.DateTimeField(editable=False, null=True)),
                ("expires_at", models.DateTimeField()),
                ("stored_name", models.CharField(blank=True, editable=False, max_length=32)),
                ("sealed_key", models.CharField(blank=True, editable=False, max_length=400)),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="cases.chronology",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="chronology",
            index=models.Index(fields=["expires_at"], name="chronology_to_forget"),
        ),
        migrations.AddConstraint(
            model_name="chronology",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "drawing", "ready", "failed"])),
                name="chronology_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="chronology",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(("stored_name", ""), _negated=True),
                    _connector="OR",
                ),
                name="chronology_ready_has_file",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chronology",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_chronologyevent" ("asked_at", "begun_at", "case_id", "entries", "expires_at", "id", "membership_uuid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "state", "stored_name", "user_id", "uuid") VALUES (NEW."asked_at", NEW."begun_at", NEW."case_id", NEW."entries", NEW."expires_at", NEW."id", NEW."membership_uuid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."sealed_key", NEW."state", NEW."stored_name", NEW."user_id", NEW."uuid"); RETURN NULL;',
                    hash="fd496160dc3f5097de28aaa25f2b807e1129c6f0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_65d27",
                    table="cases_chronology",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chronology",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_chronologyevent" ("asked_at", "begun_at", "case_id", "entries", "expires_at", "id", "membership_uuid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "state", "stored_name", "user_id", "uuid") VALUES (NEW."asked_at", NEW."begun_at", NEW."case_id", NEW."entries", NEW."expires_at", NEW."id", NEW."membership_uuid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."sealed_key", NEW."state", NEW."stored_name", NEW."user_id", NEW."uuid"); RETURN NULL;',
                    hash="0b41e8c9babb2ce4108cdf1a380f7f5da1bc3e15",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_247f1",
                    table="cases_chronology",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chronology",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_chronologyevent" ("asked_at", "begun_at", "case_id", "entries", "expires_at", "id", "membership_uuid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "state", "stored_name", "user_id", "uuid") VALUES (OLD."asked_at", OLD."begun_at", OLD."case_id", OLD."entries", OLD."expires_at", OLD."id", OLD."membership_uuid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."sealed_key", OLD."state", OLD."stored_name", OLD."user_id", OLD."uuid"); RETURN NULL;',
                    hash="4edebe91cf114952134184350fff75c613ab41ca",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a5c25",
                    table="cases_chronology",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chronologyevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2837fb112b5a78fefd4a102307d4cddc04735cfc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_eecb6",
                    table="cases_chronologyevent",
                    when="BEFORE",
                ),
            ),
        ),
        EnableRowSecurity("cases_chronology"),
        Policy("cases_chronology", "own", roles=ROLES, using=OWN, check=OWN),
        migrations.RunSQL([WAITING, EXPIRED], DROP),
    ]
