"""What stands beside an entry: corrections, remarks, receipts and placeholders; the change of an audience."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import (
    AGENCY_ID_SQL,
    CLEARANCE_SQL,
    GROUP_IDS_SQL,
    USER_ID_SQL,
    WEB_ROLE,
    WORKER_ROLE,
    EnableRowSecurity,
    Policy,
)

ROLES = (WEB_ROLE, WORKER_ROLE)
# What stands beside an entry is seen with it: the entries' own policy is asked. OFFSET 0 as in 0003.
ENTRY_SEEN = "EXISTS (SELECT FROM cases_timelineentry e WHERE e.id = {0}.entry_id OFFSET 0)"
OF_AUTHORS_TEAM = "cases_may_name_entry_readers(entry_id)"
REMARK_SEEN = ENTRY_SEEN.format("cases_entryremark")
OWN_REMARK = f"author_id = {USER_ID_SQL} AND author_agency_id = {AGENCY_ID_SQL} AND {REMARK_SEEN}"
RECEIPT_SEEN = ENTRY_SEEN.format("cases_entryreceipt")
OWN_RECEIPT = f"agency_id = {AGENCY_ID_SQL} AND {RECEIPT_SEEN}"
PLACEHOLDER_SEEN = """(case_id = (SELECT cases_open_case())
    OR EXISTS (SELECT FROM cases_case c WHERE c.id = cases_entryplaceholder.case_id OFFSET 0))"""
# Entries are append-only for the application: an audience is changed by this function alone, for the author's
# team alone, and for the entry with all its corrections, so that nobody sees one without the other.
CHANGE_AUDIENCE = f"""
CREATE FUNCTION cases_change_audience(the_entry bigint, the_mask int, the_sensitivity int, the_family boolean,
    the_agencies bigint[], the_teams bigint[], the_people bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    the_root bigint;
    the_group int;
    chain bigint[];
BEGIN
    SELECT e.author_group_id INTO the_group FROM cases_timelineentry e
    WHERE e.id = the_entry AND e.author_group_id = ANY {GROUP_IDS_SQL} AND e.sensitivity <= {CLEARANCE_SQL}
      AND the_sensitivity <= {CLEARANCE_SQL} AND cases_case_is_seen(e.case_id);
    IF NOT FOUND THEN RETURN; END IF;
    WITH RECURSIVE up AS (
        SELECT e.id, e.corrects_id FROM cases_timelineentry e WHERE e.id = the_entry
        UNION ALL SELECT e.id, e.corrects_id FROM cases_timelineentry e JOIN up ON e.id = up.corrects_id
    ) SELECT up.id INTO the_root FROM up WHERE up.corrects_id IS NULL;
    WITH RECURSIVE down AS (
        SELECT the_root AS id
        UNION ALL SELECT e.id FROM cases_timelineentry e JOIN down ON e.corrects_id = down.id
    ) SELECT array_agg(down.id) INTO chain FROM down;
    DELETE FROM cases_timelineentryreader r WHERE r.entry_id = ANY (chain);
    UPDATE cases_timelineentry e SET audience_mask = the_mask, sensitivity = the_sensitivity,
        family_may_see = the_family,
        has_named = cardinality(the_agencies) + cardinality(the_teams) + cardinality(the_people) > 0
    WHERE e.id = ANY (chain) AND e.author_group_id = the_group;
    INSERT INTO cases_timelineentryreader (entry_id, agency_id, team_id, user_id)
    SELECT c.id, w.agency_id, w.team_id, w.user_id FROM unnest(chain) c(id) CROSS JOIN (
        SELECT unnest(the_agencies) AS agency_id, NULL::bigint AS team_id, NULL::bigint AS user_id
        UNION ALL SELECT NULL, unnest(the_teams), NULL
        UNION ALL SELECT NULL, NULL, unnest(the_people)) w;
    RETURN QUERY SELECT unnest(chain);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0009_form_submission_by_address"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0018_concern_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EntryPlaceholder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="EntryPlaceholderEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EntryReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["agency__name"],
            },
        ),
        migrations.CreateModel(
            name="EntryReceiptEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EntryRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("dispute", "Disputed"), ("audience", "Audience changed")], max_length=10
                    ),
                ),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="EntryRemarkEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("dispute", "Disputed"), ("audience", "Audience changed")], max_length=10
                    ),
                ),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="timelineentry",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="timelineentry",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="timelineentry",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="correction_reason",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="cases.timelineentry",
            ),
        ),
        migrations.AddField(
            model_name="timelineentryevent",
            name="correction_reason",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="timelineentryevent",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.timelineentry",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("corrects__isnull", False)), fields=["corrects"], name="timelineentry_corrections"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelineentry",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_timelineentryevent" ("action_taken", "audience_mask", "author_agency_id", "author_group_id", "author_id", "before_birth", "body", "case_id", "child_words", "correction_reason", "corrects_id", "family_may_see", "has_named", "id", "kind", "matters_to_plan", "occurred_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sensitivity", "significance", "title", "uuid") VALUES (NEW."action_taken", NEW."audience_mask", NEW."author_agency_id", NEW."author_group_id", NEW."author_id", NEW."before_birth", NEW."body", NEW."case_id", NEW."child_words", NEW."correction_reason", NEW."corrects_id", NEW."family_may_see", NEW."has_named", NEW."id", NEW."kind", NEW."matters_to_plan", NEW."occurred_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."recorded_at", NEW."sensitivity", NEW."significance", NEW."title", NEW."uuid"); RETURN NULL;',
                    hash="87182032891b65163b33462d1457bb90a17faefb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f60bc",
                    table="cases_timelineentry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelineentry",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_timelineentryevent" ("action_taken", "audience_mask", "author_agency_id", "author_group_id", "author_id", "before_birth", "body", "case_id", "child_words", "correction_reason", "corrects_id", "family_may_see", "has_named", "id", "kind", "matters_to_plan", "occurred_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sensitivity", "significance", "title", "uuid") VALUES (NEW."action_taken", NEW."audience_mask", NEW."author_agency_id", NEW."author_group_id", NEW."author_id", NEW."before_birth", NEW."body", NEW."case_id", NEW."child_words", NEW."correction_reason", NEW."corrects_id", NEW."family_may_see", NEW."has_named", NEW."id", NEW."kind", NEW."matters_to_plan", NEW."occurred_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."recorded_at", NEW."sensitivity", NEW."significance", NEW."title", NEW."uuid"); RETURN NULL;',
                    hash="ed166307d5fbdf44896eca67e2c32741c7e23ad3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_74cbb",
                    table="cases_timelineentry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="timelineentry",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_timelineentryevent" ("action_taken", "audience_mask", "author_agency_id", "author_group_id", "author_id", "before_birth", "body", "case_id", "child_words", "correction_reason", "corrects_id", "family_may_see", "has_named", "id", "kind", "matters_to_plan", "occurred_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sensitivity", "significance", "title", "uuid") VALUES (OLD."action_taken", OLD."audience_mask", OLD."author_agency_id", OLD."author_group_id", OLD."author_id", OLD."before_birth", OLD."body", OLD."case_id", OLD."child_words", OLD."correction_reason", OLD."corrects_id", OLD."family_may_see", OLD."has_named", OLD."id", OLD."kind", OLD."matters_to_plan", OLD."occurred_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."recorded_at", OLD."sensitivity", OLD."significance", OLD."title", OLD."uuid"); RETURN NULL;',
                    hash="acbcee3704ca992ab2fa1de1a4d1cb59ab5914fc",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4f730",
                    table="cases_timelineentry",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="timelineentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects__isnull", True), models.Q(("correction_reason", ""), _negated=True), _connector="OR"
                ),
                name="timelineentry_correction_says_why",
            ),
        ),
        migrations.AddField(
            model_name="entryplaceholder",
            name="case",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
        ),
        migrations.AddField(
            model_name="entryplaceholder",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="placeholder", to="cases.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="entryplaceholder",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.team"),
        ),
        migrations.AddField(
            model_name="entryplaceholderevent",
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
            model_name="entryplaceholderevent",
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
            model_name="entryplaceholderevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.entryplaceholder",
            ),
        ),
        migrations.AddField(
            model_name="entryplaceholderevent",
            name="team",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="agencies.team",
            ),
        ),
        migrations.AddField(
            model_name="entryreceipt",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="entryreceipt",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="entryreceipt",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="entryreceipt",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="cases.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="entryreceiptevent",
            name="agency",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddField(
            model_name="entryreceiptevent",
            name="asked_by",
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
            model_name="entryreceiptevent",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="entryreceiptevent",
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
            model_name="entryreceiptevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.entryreceipt",
            ),
        ),
        migrations.AddField(
            model_name="entryremark",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="entryremark",
            name="author_agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="entryremark",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="remarks", to="cases.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="entryremarkevent",
            name="author",
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
            model_name="entryremarkevent",
            name="author_agency",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddField(
            model_name="entryremarkevent",
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
            model_name="entryremarkevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.entryremark",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryplaceholder",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entryplaceholderevent" ("case_id", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id") VALUES (NEW."case_id", NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."team_id"); RETURN NULL;',
                    hash="13d0aedd61b245e147105c67cd1118a7f7b83ad1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2510e",
                    table="cases_entryplaceholder",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryplaceholder",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_entryplaceholderevent" ("case_id", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id") VALUES (NEW."case_id", NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."team_id"); RETURN NULL;',
                    hash="7ad7b202e5b54466a106e40c09a0748389083912",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_96cd7",
                    table="cases_entryplaceholder",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryplaceholder",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entryplaceholderevent" ("case_id", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id") VALUES (OLD."case_id", OLD."entry_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."team_id"); RETURN NULL;',
                    hash="8e04e0377eebc070a8c88c6b91fa33b882fb6d07",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9ab2d",
                    table="cases_entryplaceholder",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryplaceholderevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b72e8d98670347d63a0a0f7aa8e1af806a73a802",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1f474",
                    table="cases_entryplaceholderevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="entryreceipt",
            constraint=models.UniqueConstraint(fields=("entry", "agency"), name="entryreceipt_once"),
        ),
        migrations.AddConstraint(
            model_name="entryreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="entryreceipt_confirmed_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entryreceiptevent" ("agency_id", "asked_at", "asked_by_id", "confirmed_at", "confirmed_by_id", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."agency_id", NEW."asked_at", NEW."asked_by_id", NEW."confirmed_at", NEW."confirmed_by_id", NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="9411f0aa7593d2872345033a918cd4b032950276",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_75c60",
                    table="cases_entryreceipt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_entryreceiptevent" ("agency_id", "asked_at", "asked_by_id", "confirmed_at", "confirmed_by_id", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."agency_id", NEW."asked_at", NEW."asked_by_id", NEW."confirmed_at", NEW."confirmed_by_id", NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id"); RETURN NULL;',
                    hash="834d3e7b52092cb22cae42d5804c18477787c0e7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4d343",
                    table="cases_entryreceipt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entryreceiptevent" ("agency_id", "asked_at", "asked_by_id", "confirmed_at", "confirmed_by_id", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."agency_id", OLD."asked_at", OLD."asked_by_id", OLD."confirmed_at", OLD."confirmed_by_id", OLD."entry_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="61821c8cb2bb32b1a071ea3b50a3fb94a376024b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d6562",
                    table="cases_entryreceipt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryreceiptevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f0ad60c6a433bd66317150e412be5771f137b294",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_38530",
                    table="cases_entryreceiptevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="entryremark",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["dispute", "audience"])), name="entryremark_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="entryremark",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="entryremark_says_something"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryremark",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entryremarkevent" ("author_agency_id", "author_id", "entry_id", "id", "kind", "made_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "uuid") VALUES (NEW."author_agency_id", NEW."author_id", NEW."entry_id", NEW."id", NEW."kind", NEW."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."text", NEW."uuid"); RETURN NULL;',
                    hash="6cfbae1646ada90a8b77ff050b49d19410918c9a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_32e32",
                    table="cases_entryremark",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryremark",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_entryremarkevent" ("author_agency_id", "author_id", "entry_id", "id", "kind", "made_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "uuid") VALUES (NEW."author_agency_id", NEW."author_id", NEW."entry_id", NEW."id", NEW."kind", NEW."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."text", NEW."uuid"); RETURN NULL;',
                    hash="de0fa6e5ecb30efc9e844782ec5db1944e178bae",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c23e3",
                    table="cases_entryremark",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryremark",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_entryremarkevent" ("author_agency_id", "author_id", "entry_id", "id", "kind", "made_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "uuid") VALUES (OLD."author_agency_id", OLD."author_id", OLD."entry_id", OLD."id", OLD."kind", OLD."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."text", OLD."uuid"); RETURN NULL;',
                    hash="0343c8c3d29e04dd73dda6f54b8f9e83f0b8545f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0f4d7",
                    table="cases_entryremark",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entryremarkevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3346c09cadb78cb951286cd294e54d6a1afe60e1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5a715",
                    table="cases_entryremarkevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            CHANGE_AUDIENCE,
            "DROP FUNCTION cases_change_audience(bigint, int, int, boolean, bigint[], bigint[], bigint[])",
        ),
        EnableRowSecurity("cases_entryremark"),
        Policy("cases_entryremark", "seen", roles=ROLES, command="SELECT", using=REMARK_SEEN),
        Policy("cases_entryremark", "made", roles=ROLES, command="INSERT", check=OWN_REMARK),
        EnableRowSecurity("cases_entryreceipt"),
        Policy("cases_entryreceipt", "seen", roles=ROLES, command="SELECT", using=RECEIPT_SEEN),
        Policy("cases_entryreceipt", "asked", roles=ROLES, command="INSERT", check=OF_AUTHORS_TEAM),
        Policy("cases_entryreceipt", "confirmed", roles=ROLES, command="UPDATE", using=OWN_RECEIPT, check=OWN_RECEIPT),
        EnableRowSecurity("cases_entryplaceholder"),
        Policy("cases_entryplaceholder", "seen", roles=ROLES, command="SELECT", using=PLACEHOLDER_SEEN),
        Policy("cases_entryplaceholder", "held", roles=ROLES, command="INSERT", check=OF_AUTHORS_TEAM),
        Policy("cases_entryplaceholder", "given_up", roles=ROLES, command="DELETE", using=OF_AUTHORS_TEAM),
    ]
