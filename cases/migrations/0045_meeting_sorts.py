"""What sort of meeting a meeting is: a conference and the like start and meet clocks."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0044_chronology_of_membership"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="meeting",
            name="sort",
            field=models.CharField(
                choices=[
                    ("other", "Another meeting"),
                    ("strategy", "Strategy discussion"),
                    ("initial", "Initial or pre-birth child protection conference"),
                    ("review", "Review child protection conference"),
                    ("transfer", "Transfer-in conference"),
                    ("core_group", "Core group"),
                ],
                db_default="other",
                default="other",
                max_length=10,
                verbose_name="What sort of meeting is it?",
            ),
        ),
        migrations.AddField(
            model_name="meetingevent",
            name="sort",
            field=models.CharField(
                choices=[
                    ("other", "Another meeting"),
                    ("strategy", "Strategy discussion"),
                    ("initial", "Initial or pre-birth child protection conference"),
                    ("review", "Review child protection conference"),
                    ("transfer", "Transfer-in conference"),
                    ("core_group", "Core group"),
                ],
                db_default="other",
                default="other",
                max_length=10,
                verbose_name="What sort of meeting is it?",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingevent" ("case_id", "child_said", "contributions_by", "entry_id", "id", "no_words_because", "not_held_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "purpose", "sort", "state", "summary", "together", "uuid") VALUES (NEW."case_id", NEW."child_said", NEW."contributions_by", NEW."entry_id", NEW."id", NEW."no_words_because", NEW."not_held_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."place", NEW."planned_for", NEW."purpose", NEW."sort", NEW."state", NEW."summary", NEW."together", NEW."uuid"); RETURN NULL;',
                    hash="757dc0e3f3e5cfd4ccf6862778788341889b4659",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6e86b",
                    table="cases_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_meetingevent" ("case_id", "child_said", "contributions_by", "entry_id", "id", "no_words_because", "not_held_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "purpose", "sort", "state", "summary", "together", "uuid") VALUES (NEW."case_id", NEW."child_said", NEW."contributions_by", NEW."entry_id", NEW."id", NEW."no_words_because", NEW."not_held_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."place", NEW."planned_for", NEW."purpose", NEW."sort", NEW."state", NEW."summary", NEW."together", NEW."uuid"); RETURN NULL;',
                    hash="0a2ea6fd8d4e9440659bdae912b34feba85ce7b7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bed0c",
                    table="cases_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingevent" ("case_id", "child_said", "contributions_by", "entry_id", "id", "no_words_because", "not_held_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "purpose", "sort", "state", "summary", "together", "uuid") VALUES (OLD."case_id", OLD."child_said", OLD."contributions_by", OLD."entry_id", OLD."id", OLD."no_words_because", OLD."not_held_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."place", OLD."planned_for", OLD."purpose", OLD."sort", OLD."state", OLD."summary", OLD."together", OLD."uuid"); RETURN NULL;',
                    hash="bafb4e07241eca239bb95bcf31f69d10e361b987",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_93aa4",
                    table="cases_meeting",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("sort__in", ["other", "strategy", "initial", "review", "transfer", "core_group"])),
                name="meeting_sort_known",
            ),
        ),
    ]
