"""The keys of files leave the history of their rows; one file that cannot be scanned holds up no other."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Nothing that was in a dropped column stays in the table's file: it is written anew.
WRITTEN_ANEW = [
    f"ALTER TABLE {table} ALTER COLUMN pgh_label TYPE text USING pgh_label || ''"
    for table in ("cases_attachmentevent", "cases_chronologyevent")
]
# As before (migration 0024), but one that could not be scanned lets the others go first for a day.
IS_CLOCK = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
WAITING = """
CREATE OR REPLACE FUNCTION cases_attachments_waiting()
RETURNS TABLE (uuid uuid, stored_name varchar, sealed_key varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.uuid, a.stored_name, a.sealed_key FROM cases_attachment a
    WHERE a.state = 'waiting' AND %s LIMIT 20
$$
"""
NOT_LATELY = f"""(a.scan_failed_at IS NULL OR a.scan_failed_at < now() - interval '1 day') AND {IS_CLOCK}
    ORDER BY a.scan_failed_at NULLS FIRST, a.id"""
# Returns whether it still waited, so that two rounds at once note it once.
SAID = f"""
CREATE FUNCTION cases_attachment_said(the_attachment uuid, said text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cases_attachment a SET state = said
    WHERE a.uuid = the_attachment AND a.state = 'waiting' AND said IN ('clean', 'refused') AND {IS_CLOCK};
    RETURN FOUND;
END $$
"""
NOT_SCANNED = f"""
CREATE FUNCTION cases_attachment_not_scanned(the_attachment uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_attachment a SET scan_failed_at = now()
    WHERE a.uuid = the_attachment AND a.state = 'waiting' AND {IS_CLOCK}
$$
"""
NEW = [WAITING % NOT_LATELY, SAID, NOT_SCANNED, "DROP FUNCTION cases_attachment_scanned(uuid, text)"]
SCANNED = f"""
CREATE FUNCTION cases_attachment_scanned(the_attachment uuid, said text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_attachment a SET state = said
    WHERE a.uuid = the_attachment AND a.state = 'waiting' AND said IN ('clean', 'refused') AND {IS_CLOCK}
$$
"""
BEFORE = [
    WAITING % f"{IS_CLOCK} ORDER BY a.id",
    SCANNED,
    "DROP FUNCTION cases_attachment_said(uuid, text)",
    "DROP FUNCTION cases_attachment_not_scanned(uuid)",
]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0045_meeting_sorts"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="attachment",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="attachment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="attachment",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="chronology",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="chronology",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="chronology",
            name="delete_delete",
        ),
        migrations.RemoveField(
            model_name="attachmentevent",
            name="sealed_key",
        ),
        migrations.RemoveField(
            model_name="attachmentevent",
            name="stored_name",
        ),
        migrations.RemoveField(
            model_name="chronologyevent",
            name="sealed_key",
        ),
        migrations.RemoveField(
            model_name="chronologyevent",
            name="stored_name",
        ),
        migrations.AddField(
            model_name="attachment",
            name="scan_failed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "concern_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "size", "state", "uuid") VALUES (NEW."added_at", NEW."added_by_agency_id", NEW."added_by_id", NEW."concern_id", NEW."description", NEW."entry_id", NEW."id", NEW."media_type", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."size", NEW."state", NEW."uuid"); RETURN NULL;',
                    hash="ad7fa3b44cca62a41e1a394d9bc0ea887c4ae047",
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
                    condition='WHEN (OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."added_by_agency_id" IS DISTINCT FROM (NEW."added_by_agency_id") OR OLD."concern_id" IS DISTINCT FROM (NEW."concern_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."entry_id" IS DISTINCT FROM (NEW."entry_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."media_type" IS DISTINCT FROM (NEW."media_type") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid"))',
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "concern_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "size", "state", "uuid") VALUES (NEW."added_at", NEW."added_by_agency_id", NEW."added_by_id", NEW."concern_id", NEW."description", NEW."entry_id", NEW."id", NEW."media_type", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."size", NEW."state", NEW."uuid"); RETURN NULL;',
                    hash="f802cb4160d65d3f5d4c81e4b441a925af4ae44e",
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
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "concern_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "size", "state", "uuid") VALUES (OLD."added_at", OLD."added_by_agency_id", OLD."added_by_id", OLD."concern_id", OLD."description", OLD."entry_id", OLD."id", OLD."media_type", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."size", OLD."state", OLD."uuid"); RETURN NULL;',
                    hash="cbdeecc57d9723ca6fe83f1943cdc84140748b94",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4c70b",
                    table="cases_attachment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chronology",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_chronologyevent" ("asked_at", "begun_at", "case_id", "entries", "expires_at", "filters", "id", "membership_uuid", "narrowed_to", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "user_id", "uuid") VALUES (NEW."asked_at", NEW."begun_at", NEW."case_id", NEW."entries", NEW."expires_at", NEW."filters", NEW."id", NEW."membership_uuid", NEW."narrowed_to", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."state", NEW."user_id", NEW."uuid"); RETURN NULL;',
                    hash="5e8c8344a51af1d767173038e70fa436f8982e12",
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
                    condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."begun_at" IS DISTINCT FROM (NEW."begun_at") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."entries" IS DISTINCT FROM (NEW."entries") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."filters" IS DISTINCT FROM (NEW."filters") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."membership_uuid" IS DISTINCT FROM (NEW."membership_uuid") OR OLD."narrowed_to" IS DISTINCT FROM (NEW."narrowed_to") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid"))',
                    func='INSERT INTO "cases_chronologyevent" ("asked_at", "begun_at", "case_id", "entries", "expires_at", "filters", "id", "membership_uuid", "narrowed_to", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "user_id", "uuid") VALUES (NEW."asked_at", NEW."begun_at", NEW."case_id", NEW."entries", NEW."expires_at", NEW."filters", NEW."id", NEW."membership_uuid", NEW."narrowed_to", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."state", NEW."user_id", NEW."uuid"); RETURN NULL;',
                    hash="ef8e5c9b2e992efd1441150ec703e290ccc02b0f",
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
                    func='INSERT INTO "cases_chronologyevent" ("asked_at", "begun_at", "case_id", "entries", "expires_at", "filters", "id", "membership_uuid", "narrowed_to", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "user_id", "uuid") VALUES (OLD."asked_at", OLD."begun_at", OLD."case_id", OLD."entries", OLD."expires_at", OLD."filters", OLD."id", OLD."membership_uuid", OLD."narrowed_to", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."state", OLD."user_id", OLD."uuid"); RETURN NULL;',
                    hash="d4cc389ca6126fe740f54af727d9f674a63da3be",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a5c25",
                    table="cases_chronology",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(WRITTEN_ANEW, migrations.RunSQL.noop),
        migrations.RunSQL(NEW, BEFORE),
    ]
