"""Reading a timeline: its search words, whom an entry names, pins and marks; an index that holds all filters."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import (
    AGENCY_ID_SQL,
    CLEARANCE_SQL,
    GROUP_IDS_SQL,
    SECTOR_MASK_SQL,
    TEAM_IDS_SQL,
    USER_ID_SQL,
    WEB_ROLE,
    WORKER_ROLE,
    EnableRowSecurity,
    Policy,
)

ROLES = (WEB_ROLE, WORKER_ROLE)
OWN = f"user_id = {USER_ID_SQL}"
SEARCH = """
ALTER TABLE cases_timelineentry ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('english',
    title || ' ' || body || ' ' || child_words || ' ' || significance || ' ' || action_taken)) STORED
"""
# Whom an entry names, for everybody who sees the entry: the names' own policy shows a reader only their own line.
# The same condition as the entries' policy, for the owner, whom no policy binds.
READERS = f"""
CREATE FUNCTION cases_readers_of_entries(the_entries bigint[])
RETURNS TABLE (entry_id bigint, agency_id bigint, team_id bigint, user_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.entry_id, r.agency_id, r.team_id, r.user_id
    FROM cases_timelineentry e JOIN cases_timelineentryreader r ON r.entry_id = e.id
    WHERE e.id = ANY (the_entries) AND cases_case_is_seen(e.case_id) AND (
        e.author_group_id = ANY {GROUP_IDS_SQL} OR (e.sensitivity <= {CLEARANCE_SQL} AND (
            (e.audience_mask & {SECTOR_MASK_SQL}) <> 0 OR EXISTS (
                SELECT FROM cases_timelineentryreader n WHERE n.entry_id = e.id
                AND (n.user_id = {USER_ID_SQL} OR n.team_id = ANY {TEAM_IDS_SQL} OR n.agency_id = {AGENCY_ID_SQL})))))
    ORDER BY r.id
$$
"""


def own_rows(table: str) -> list[migrations.RunSQL]:
    """Return the operations that let everybody see and write their own rows alone."""
    return [EnableRowSecurity(table), Policy(table, "own", roles=ROLES, using=OWN, check=OWN)]


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0009_form_submission_by_address"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0012_known_services"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EntryPin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pinned_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="EntryPinEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("pinned_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TimelineLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TimelineLookEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("looked_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(
            model_name="timelineentry",
            name="timelineentry_page",
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                models.F("case"),
                models.OrderBy(models.F("occurred_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                include=(
                    "audience_mask",
                    "sensitivity",
                    "author_group",
                    "has_named",
                    "author",
                    "author_agency",
                    "kind",
                    "recorded_at",
                    "matters_to_plan",
                ),
                name="timelineentry_page",
            ),
        ),
        migrations.AddField(
            model_name="entrypin",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pins", to="cases.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="entrypin",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="entrypinevent",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.timelineentry",
            ),
        ),
        migrations.AddField(
            model_name="entrypinevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.entrypin",
            ),
        ),
        migrations.AddField(
            model_name="entrypinevent",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="timelinelook",
            name="case",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
        ),
        migrations.AddField(
            model_name="timelinelook",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="timelinelookevent",
            name="case",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="timelinelookevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.timelinelook",
            ),
        ),
        migrations.AddField(
            model_name="timelinelookevent",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="entrypin",
            constraint=models.UniqueConstraint(fields=("user", "entry"), name="entrypin_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypin",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entrypinevent" ("entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinned_at", "user_id") VALUES (NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."pinned_at", NEW."user_id"); RETURN NULL;',
                    hash="93a851f1153c03ba0d5f259960f5ee03bd4ad9b3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5769f",
                    table="cases_entrypin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypin",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_entrypinevent" ("entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinned_at", "user_id") VALUES (NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."pinned_at", NEW."user_id"); RETURN NULL;',
                    hash="30a20d5a573c7417d4814a663c08e36d7fe8b9fa",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_641d9",
                    table="cases_entrypin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypin",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entrypinevent" ("entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinned_at", "user_id") VALUES (OLD."entry_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."pinned_at", OLD."user_id"); RETURN NULL;',
                    hash="57c7fed5bd26b52ac419c2230f4738039d1b2d7e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_bb99f",
                    table="cases_entrypin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypinevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="16c1cf227aa198e9cecb0564c175d3ec2a38e1bd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_652f7",
                    table="cases_entrypinevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="timelinelook",
            constraint=models.UniqueConstraint(fields=("user", "case"), name="timelinelook_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelinelook",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_timelinelookevent" ("case_id", "id", "looked_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."case_id", NEW."id", NEW."looked_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;',
                    hash="4298758bacadc666982c708057e0afba856c7763",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_72b69",
                    table="cases_timelinelook",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelinelook",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_timelinelookevent" ("case_id", "id", "looked_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."case_id", NEW."id", NEW."looked_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;',
                    hash="5d8a572d0d9ffc211a18f3034a5d893b05c93c5c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_01f00",
                    table="cases_timelinelook",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelinelook",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_timelinelookevent" ("case_id", "id", "looked_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."case_id", OLD."id", OLD."looked_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;',
                    hash="eda403f59ae3393dbf14a481c989a8cc223da126",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_40664",
                    table="cases_timelinelook",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelinelookevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="966a3ce1bb482937b4fa29d6e4cf3a28ac018ad3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_faa83",
                    table="cases_timelinelookevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(SEARCH, "ALTER TABLE cases_timelineentry DROP COLUMN search"),
        migrations.RunSQL(READERS, "DROP FUNCTION cases_readers_of_entries(bigint[])"),
        *own_rows("cases_entrypin"),
        *own_rows("cases_timelinelook"),
    ]
