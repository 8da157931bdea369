"""Files with a concern that stands on no timeline; and a concern joins a case once, and only its own child's."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import GROUP_IDS_SQL, TEAM_IDS_SQL, USER_ID_SQL

BY_ENTRY = "EXISTS (SELECT FROM cases_timelineentry e WHERE e.id = cases_attachment.entry_id OFFSET 0)"
BY_CONCERN = "EXISTS (SELECT FROM cases_concern c WHERE c.id = cases_attachment.concern_id OFFSET 0)"
OWN_ENTRY = f"""EXISTS (SELECT FROM cases_timelineentry e
    WHERE e.id = cases_attachment.entry_id AND e.author_group_id = ANY {GROUP_IDS_SQL} OFFSET 0)"""
OWN_CONCERN = f"""EXISTS (SELECT FROM cases_concern c WHERE c.id = cases_attachment.concern_id
    AND (c.author_id = {USER_ID_SQL} OR c.team_id = ANY {TEAM_IDS_SQL}) OFFSET 0)"""
POLICIES = f"""
ALTER POLICY "seen" ON cases_attachment USING ({BY_ENTRY} OR {BY_CONCERN});
ALTER POLICY "made" ON cases_attachment WITH CHECK ({OWN_ENTRY} OR {OWN_CONCERN})
"""
POLICIES_BEFORE = f"""
ALTER POLICY "seen" ON cases_attachment USING ({BY_ENTRY});
ALTER POLICY "made" ON cases_attachment WITH CHECK ({OWN_ENTRY})
"""
# As the owner, so that what the writer may not see counts too.
LINKED_ONCE = """
CREATE FUNCTION cases_concern_joins_its_child() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.entry_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM cases_timelineentry e JOIN cases_case c ON c.id = e.case_id
        WHERE e.id = NEW.entry_id AND c.id = NEW.case_id AND c.child_id = NEW.child_id)
    THEN RAISE EXCEPTION 'a concern joins one case, once, and only a case of its own child'
        USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER concern_joins_its_child BEFORE UPDATE OF case_id, entry_id ON cases_concern
    FOR EACH ROW EXECUTE FUNCTION cases_concern_joins_its_child()
"""
LINKED_ONCE_BEFORE = """
DROP TRIGGER concern_joins_its_child ON cases_concern;
DROP FUNCTION cases_concern_joins_its_child()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0015_concern_scope"),
        ("cases", "0037_chronology_filters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
        migrations.RemoveConstraint(
            model_name="attachment",
            name="attachment_belongs",
        ),
        migrations.AddField(
            model_name="attachment",
            name="concern",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="cases.concern"
            ),
        ),
        migrations.AddField(
            model_name="attachmentevent",
            name="concern",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.concern",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "concern_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "size", "state", "stored_name", "uuid") VALUES (NEW."added_at", NEW."added_by_agency_id", NEW."added_by_id", NEW."concern_id", NEW."description", NEW."entry_id", NEW."id", NEW."media_type", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."sealed_key", NEW."size", NEW."state", NEW."stored_name", NEW."uuid"); RETURN NULL;',
                    hash="c64acfdf3f44fb81a933491712f2a7c51e79a30f",
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
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "concern_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "size", "state", "stored_name", "uuid") VALUES (NEW."added_at", NEW."added_by_agency_id", NEW."added_by_id", NEW."concern_id", NEW."description", NEW."entry_id", NEW."id", NEW."media_type", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."sealed_key", NEW."size", NEW."state", NEW."stored_name", NEW."uuid"); RETURN NULL;',
                    hash="2bc00ef32a4818469534bcecc6e28b641e79fbc3",
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
                    func='INSERT INTO "cases_attachmentevent" ("added_at", "added_by_agency_id", "added_by_id", "concern_id", "description", "entry_id", "id", "media_type", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed_key", "size", "state", "stored_name", "uuid") VALUES (OLD."added_at", OLD."added_by_agency_id", OLD."added_by_id", OLD."concern_id", OLD."description", OLD."entry_id", OLD."id", OLD."media_type", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."sealed_key", OLD."size", OLD."state", OLD."stored_name", OLD."uuid"); RETURN NULL;',
                    hash="690779270bfc8103d568b30b29d2d2340178a1d3",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4c70b",
                    table="cases_attachment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry__isnull", True), ("concern__isnull", True), _connector="XOR"),
                name="attachment_belongs",
            ),
        ),
        migrations.RunSQL(POLICIES, POLICIES_BEFORE),
        migrations.RunSQL(LINKED_ONCE, LINKED_ONCE_BEFORE),
    ]
