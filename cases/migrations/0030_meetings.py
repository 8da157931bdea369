"""Meetings, who is invited to them and what was said beforehand; the seat of a confidential part is as hidden as it."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.record_security import ROLES, lock_ongoing_record, lock_record
from safeguard.common.row_security import GROUP_IDS_SQL, EnableRowSecurity, Policy

# The meeting's and the part's own policies are asked. OFFSET 0: see migration 0003.
SEEN = """EXISTS (SELECT FROM cases_meeting m WHERE m.id = cases_meetingseat.meeting_id OFFSET 0)
    AND (involvement_id IS NULL OR EXISTS (
        SELECT FROM cases_involvement i WHERE i.id = cases_meetingseat.involvement_id OFFSET 0))"""
MADE = f"""EXISTS (SELECT FROM cases_meeting m JOIN cases_timelineentry e ON e.id = m.entry_id
        WHERE m.id = cases_meetingseat.meeting_id AND e.author_group_id = ANY {GROUP_IDS_SQL} OFFSET 0)
    AND (involvement_id IS NULL OR EXISTS (
        SELECT FROM cases_involvement i JOIN cases_meeting m ON m.case_id = i.case_id
        WHERE i.id = cases_meetingseat.involvement_id AND m.id = cases_meetingseat.meeting_id OFFSET 0))"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0029_hidden_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("together", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("purpose", models.CharField(max_length=300, verbose_name="What is the meeting for?")),
                ("planned_for", models.DateTimeField(verbose_name="When")),
                ("place", models.CharField(max_length=300, verbose_name="Where is it, or how does one join?")),
                ("contributions_by", models.DateField(blank=True, null=True, verbose_name="Contributions by")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Planned"), ("held", "Held"), ("called_off", "Called off")],
                        default="planned",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("summary", models.TextField(blank=True, editable=False, verbose_name="What was talked about")),
                ("child_said", models.TextField(blank=True, editable=False, verbose_name="What the child said")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="Why there are no words of the child"
                    ),
                ),
                (
                    "not_held_because",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="Why not held"),
                ),
            ],
            options={
                "verbose_name": "meeting",
            },
        ),
        migrations.CreateModel(
            name="MeetingContribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed", models.TextField(verbose_name="What has happened since the last meeting?")),
                ("worries", models.TextField(blank=True, verbose_name="What are you worried about?")),
                ("going_well", models.TextField(blank=True, verbose_name="What is going well?")),
                ("child_said", models.TextField(blank=True, verbose_name="What does the child say?")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If there are no words of the child, why not?"
                    ),
                ),
                ("wanted", models.TextField(blank=True, verbose_name="What should the meeting talk about or decide?")),
            ],
            options={
                "verbose_name": "contribution",
            },
        ),
        migrations.CreateModel(
            name="MeetingContributionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("changed", models.TextField(verbose_name="What has happened since the last meeting?")),
                ("worries", models.TextField(blank=True, verbose_name="What are you worried about?")),
                ("going_well", models.TextField(blank=True, verbose_name="What is going well?")),
                ("child_said", models.TextField(blank=True, verbose_name="What does the child say?")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If there are no words of the child, why not?"
                    ),
                ),
                ("wanted", models.TextField(blank=True, verbose_name="What should the meeting talk about or decide?")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MeetingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("together", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("purpose", models.CharField(max_length=300, verbose_name="What is the meeting for?")),
                ("planned_for", models.DateTimeField(verbose_name="When")),
                ("place", models.CharField(max_length=300, verbose_name="Where is it, or how does one join?")),
                ("contributions_by", models.DateField(blank=True, null=True, verbose_name="Contributions by")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Planned"), ("held", "Held"), ("called_off", "Called off")],
                        default="planned",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("summary", models.TextField(blank=True, editable=False, verbose_name="What was talked about")),
                ("child_said", models.TextField(blank=True, editable=False, verbose_name="What the child said")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="Why there are no words of the child"
                    ),
                ),
                (
                    "not_held_because",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="Why not held"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MeetingSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("guest", models.CharField(blank=True, max_length=200)),
                ("asked", models.BooleanField(default=False)),
                (
                    "attendance",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("came", "Came"),
                            ("apologies", "Sent apologies"),
                            ("absent", "Did not come"),
                        ],
                        default="invited",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="MeetingSeatEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("guest", models.CharField(blank=True, max_length=200)),
                ("asked", models.BooleanField(default=False)),
                (
                    "attendance",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("came", "Came"),
                            ("apologies", "Sent apologies"),
                            ("absent", "Did not come"),
                        ],
                        default="invited",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="decision",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="decision",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="decision",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="planaction",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="planaction",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="planaction",
            name="delete_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_decisionevent" ("best_interests", "child_told", "decided_by", "decision", "dissent", "dissent_by", "entry_id", "id", "meeting_id", "not_told_because", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "told_how") VALUES (NEW."best_interests", NEW."child_told", NEW."decided_by", NEW."decision", NEW."dissent", NEW."dissent_by", NEW."entry_id", NEW."id", NEW."meeting_id", NEW."not_told_because", NEW."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."rationale", NEW."told_how"); RETURN NULL;',
                    hash="17b80c88618d0db973a75269d1daf0ff7907f70f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5e7ef",
                    table="cases_decision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_decisionevent" ("best_interests", "child_told", "decided_by", "decision", "dissent", "dissent_by", "entry_id", "id", "meeting_id", "not_told_because", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "told_how") VALUES (NEW."best_interests", NEW."child_told", NEW."decided_by", NEW."decision", NEW."dissent", NEW."dissent_by", NEW."entry_id", NEW."id", NEW."meeting_id", NEW."not_told_because", NEW."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."rationale", NEW."told_how"); RETURN NULL;',
                    hash="d5f7ae5d685918099568de0b5aa9c10bf40c034a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_19250",
                    table="cases_decision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_decisionevent" ("best_interests", "child_told", "decided_by", "decision", "dissent", "dissent_by", "entry_id", "id", "meeting_id", "not_told_because", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "told_how") VALUES (OLD."best_interests", OLD."child_told", OLD."decided_by", OLD."decision", OLD."dissent", OLD."dissent_by", OLD."entry_id", OLD."id", OLD."meeting_id", OLD."not_told_because", OLD."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."rationale", OLD."told_how"); RETURN NULL;',
                    hash="d2e9b5af258a06d2bec96fa5611da414b630e90a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ae3e6",
                    table="cases_decision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planaction",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_planactionevent" ("agency_id", "closed_on", "due_on", "entry_id", "evidence", "first_due_on", "id", "meeting_id", "not_done_because", "outcome", "owner_name", "owner_team_id", "owner_user_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "state", "uuid", "what") VALUES (NEW."agency_id", NEW."closed_on", NEW."due_on", NEW."entry_id", NEW."evidence", NEW."first_due_on", NEW."id", NEW."meeting_id", NEW."not_done_because", NEW."outcome", NEW."owner_name", NEW."owner_team_id", NEW."owner_user_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."plan_id", NEW."state", NEW."uuid", NEW."what"); RETURN NULL;',
                    hash="2da2c1408d0a4aedb3ee3d38e05e7d0dac0d2190",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b4e15",
                    table="cases_planaction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planaction",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_planactionevent" ("agency_id", "closed_on", "due_on", "entry_id", "evidence", "first_due_on", "id", "meeting_id", "not_done_because", "outcome", "owner_name", "owner_team_id", "owner_user_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "state", "uuid", "what") VALUES (NEW."agency_id", NEW."closed_on", NEW."due_on", NEW."entry_id", NEW."evidence", NEW."first_due_on", NEW."id", NEW."meeting_id", NEW."not_done_because", NEW."outcome", NEW."owner_name", NEW."owner_team_id", NEW."owner_user_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."plan_id", NEW."state", NEW."uuid", NEW."what"); RETURN NULL;',
                    hash="8f5231191302f1f1a32eddf6b33d27cfbfc7073a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a59a9",
                    table="cases_planaction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planaction",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_planactionevent" ("agency_id", "closed_on", "due_on", "entry_id", "evidence", "first_due_on", "id", "meeting_id", "not_done_because", "outcome", "owner_name", "owner_team_id", "owner_user_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "state", "uuid", "what") VALUES (OLD."agency_id", OLD."closed_on", OLD."due_on", OLD."entry_id", OLD."evidence", OLD."first_due_on", OLD."id", OLD."meeting_id", OLD."not_done_because", OLD."outcome", OLD."owner_name", OLD."owner_team_id", OLD."owner_user_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."plan_id", OLD."state", OLD."uuid", OLD."what"); RETURN NULL;',
                    hash="250391cff30978c85d25f282f11a22639fd165ad",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ac390",
                    table="cases_planaction",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="decisionevent",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="planaction",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="actions",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="planactionevent",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="meetingcontribution",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="meetingcontribution",
            name="involvement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.involvement"
            ),
        ),
        migrations.AddField(
            model_name="meetingcontribution",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="cases.meeting"
            ),
        ),
        migrations.AddField(
            model_name="meetingcontributionevent",
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
            model_name="meetingcontributionevent",
            name="involvement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.involvement",
            ),
        ),
        migrations.AddField(
            model_name="meetingcontributionevent",
            name="meeting",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="meetingcontributionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.meetingcontribution",
            ),
        ),
        migrations.AddField(
            model_name="meetingevent",
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
            model_name="meetingevent",
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
            model_name="meetingevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="meetingseat",
            name="involvement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.involvement",
            ),
        ),
        migrations.AddField(
            model_name="meetingseat",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="cases.meeting"
            ),
        ),
        migrations.AddField(
            model_name="meetingseat",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="meetingseatevent",
            name="involvement",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.involvement",
            ),
        ),
        migrations.AddField(
            model_name="meetingseatevent",
            name="meeting",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="meetingseatevent",
            name="person",
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
            model_name="meetingseatevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.meetingseat",
            ),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["case", "-planned_for"], name="meeting_of_case"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(fields=("case", "together"), name="meeting_once_for_a_case"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("not_held_because", ""), ("state", "planned"), ("summary", "")),
                    models.Q(
                        ("not_held_because", ""),
                        ("state", "held"),
                        models.Q(("summary", ""), _negated=True),
                        models.Q(("child_said", ""), ("no_words_because", ""), _negated=True),
                    ),
                    models.Q(
                        ("state", "called_off"), ("summary", ""), models.Q(("not_held_because", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="meeting_says_what_became_of_it",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingevent" ("case_id", "child_said", "contributions_by", "entry_id", "id", "no_words_because", "not_held_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "purpose", "state", "summary", "together", "uuid") VALUES (NEW."case_id", NEW."child_said", NEW."contributions_by", NEW."entry_id", NEW."id", NEW."no_words_because", NEW."not_held_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."place", NEW."planned_for", NEW."purpose", NEW."state", NEW."summary", NEW."together", NEW."uuid"); RETURN NULL;',
                    hash="b6f08645e9aa209b6185a79c4ce05d100a8dc918",
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
                    func='INSERT INTO "cases_meetingevent" ("case_id", "child_said", "contributions_by", "entry_id", "id", "no_words_because", "not_held_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "purpose", "state", "summary", "together", "uuid") VALUES (NEW."case_id", NEW."child_said", NEW."contributions_by", NEW."entry_id", NEW."id", NEW."no_words_because", NEW."not_held_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."place", NEW."planned_for", NEW."purpose", NEW."state", NEW."summary", NEW."together", NEW."uuid"); RETURN NULL;',
                    hash="342d46bb4f73f8b721aa7ba4c28471400a974192",
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
                    func='INSERT INTO "cases_meetingevent" ("case_id", "child_said", "contributions_by", "entry_id", "id", "no_words_because", "not_held_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "purpose", "state", "summary", "together", "uuid") VALUES (OLD."case_id", OLD."child_said", OLD."contributions_by", OLD."entry_id", OLD."id", OLD."no_words_because", OLD."not_held_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."place", OLD."planned_for", OLD."purpose", OLD."state", OLD."summary", OLD."together", OLD."uuid"); RETURN NULL;',
                    hash="10b6ce7ce9dcfc5b579c371542760af3bdebf9bf",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_93aa4",
                    table="cases_meeting",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingcontribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("child_said", ""), ("no_words_because", ""), _negated=True),
                name="meetingcontribution_has_words_or_why_none",
                violation_error_message="Nothing was saved. Say what the child says, or why there are no words of theirs.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingcontribution",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingcontributionevent" ("changed", "child_said", "entry_id", "going_well", "id", "involvement_id", "meeting_id", "no_words_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "wanted", "worries") VALUES (NEW."changed", NEW."child_said", NEW."entry_id", NEW."going_well", NEW."id", NEW."involvement_id", NEW."meeting_id", NEW."no_words_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."wanted", NEW."worries"); RETURN NULL;',
                    hash="402a2e3e6d58aca6bc2753053b78c7e41ec3720b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9919e",
                    table="cases_meetingcontribution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingcontribution",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_meetingcontributionevent" ("changed", "child_said", "entry_id", "going_well", "id", "involvement_id", "meeting_id", "no_words_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "wanted", "worries") VALUES (NEW."changed", NEW."child_said", NEW."entry_id", NEW."going_well", NEW."id", NEW."involvement_id", NEW."meeting_id", NEW."no_words_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."wanted", NEW."worries"); RETURN NULL;',
                    hash="4ce5f17a8e2520674e08f956e5c39dd72ad2165b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_746fa",
                    table="cases_meetingcontribution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingcontribution",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingcontributionevent" ("changed", "child_said", "entry_id", "going_well", "id", "involvement_id", "meeting_id", "no_words_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "wanted", "worries") VALUES (OLD."changed", OLD."child_said", OLD."entry_id", OLD."going_well", OLD."id", OLD."involvement_id", OLD."meeting_id", OLD."no_words_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."wanted", OLD."worries"); RETURN NULL;',
                    hash="7d11bdb2d5a2d8b0cc53c6730f82a5cc6ca64431",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_66b28",
                    table="cases_meetingcontribution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingcontributionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2350a5295b73a269520368403a8922a95477585a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_33754",
                    table="cases_meetingcontributionevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="522d7ce4accd7726c043153b367506710da6c1c3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5c33f",
                    table="cases_meetingevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingseat",
            constraint=models.UniqueConstraint(
                fields=("meeting", "involvement", "person", "guest"), name="meetingseat_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("guest", ""), ("involvement__isnull", False)),
                    models.Q(
                        ("asked", False),
                        ("involvement__isnull", True),
                        ("person__isnull", True),
                        models.Q(("guest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="meetingseat_of_team_or_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingseat",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked", False), ("person__isnull", True), _connector="OR"),
                name="meetingseat_a_team_contributes",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingseat",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingseatevent" ("asked", "attendance", "guest", "id", "involvement_id", "meeting_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "uuid") VALUES (NEW."asked", NEW."attendance", NEW."guest", NEW."id", NEW."involvement_id", NEW."meeting_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."uuid"); RETURN NULL;',
                    hash="7ba0bd05f46a78a8b96cfb6e0ab40f673fbefee4",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_325f6",
                    table="cases_meetingseat",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingseat",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_meetingseatevent" ("asked", "attendance", "guest", "id", "involvement_id", "meeting_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "uuid") VALUES (NEW."asked", NEW."attendance", NEW."guest", NEW."id", NEW."involvement_id", NEW."meeting_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."uuid"); RETURN NULL;',
                    hash="e50745eccf400a8ceb74e3a0b37409edc59d8c68",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c06cd",
                    table="cases_meetingseat",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingseat",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_meetingseatevent" ("asked", "attendance", "guest", "id", "involvement_id", "meeting_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "uuid") VALUES (OLD."asked", OLD."attendance", OLD."guest", OLD."id", OLD."involvement_id", OLD."meeting_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."uuid"); RETURN NULL;',
                    hash="64d657e14eece7c1cdc510929f3b87cceb04c83c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f783b",
                    table="cases_meetingseat",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingseatevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fd6120f4d80778678329ca37a57cb30fff09e0d6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_46582",
                    table="cases_meetingseatevent",
                    when="BEFORE",
                ),
            ),
        ),
        *lock_ongoing_record("cases_meeting"),
        *lock_record("cases_meetingcontribution"),
        EnableRowSecurity("cases_meetingseat"),
        Policy("cases_meetingseat", "seen", roles=ROLES, command="SELECT", using=SEEN),
        Policy("cases_meetingseat", "made", roles=ROLES, command="INSERT", check=MADE),
        Policy("cases_meetingseat", "changed", roles=ROLES, command="UPDATE", using=SEEN, check=SEEN),
    ]
