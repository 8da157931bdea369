"""The services a child is known to, and why one of them is not involved."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
OF_SEEN_CHILD = "EXISTS (SELECT FROM cases_child k WHERE k.id = cases_knownservice.child_id OFFSET 0)"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0009_form_submission_by_address"),
        ("cases", "0011_entry_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "School or college"),
                            ("early_years", "Nursery or childminder"),
                            ("gp", "GP practice"),
                            ("health_visitor", "Health visitor"),
                            ("school_nurse", "School nurse"),
                            ("dentist", "Dentist"),
                            ("youth", "Youth or voluntary service"),
                            ("other", "Another service"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["kind", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="KnownServiceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "School or college"),
                            ("early_years", "Nursery or childminder"),
                            ("gp", "GP practice"),
                            ("health_visitor", "Health visitor"),
                            ("school_nurse", "School nurse"),
                            ("dentist", "Dentist"),
                            ("youth", "Youth or voluntary service"),
                            ("other", "Another service"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="notneeded",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="notneeded",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="notneeded",
            name="delete_delete",
        ),
        migrations.AlterField(
            model_name="notneeded",
            name="sector",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.sector"
            ),
        ),
        migrations.AlterField(
            model_name="notneededevent",
            name="sector",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="agencies.sector",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notneeded",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_notneededevent" ("case_id", "decided_at", "decided_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sector_id", "service_id", "uuid") VALUES (NEW."case_id", NEW."decided_at", NEW."decided_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."reason", NEW."sector_id", NEW."service_id", NEW."uuid"); RETURN NULL;',
                    hash="f608127678cac06f91ad0803b4a7040f7922ecaa",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_01415",
                    table="cases_notneeded",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notneeded",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_notneededevent" ("case_id", "decided_at", "decided_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sector_id", "service_id", "uuid") VALUES (NEW."case_id", NEW."decided_at", NEW."decided_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."reason", NEW."sector_id", NEW."service_id", NEW."uuid"); RETURN NULL;',
                    hash="07997d40d57a528bc8c669ad494eb7a8064ece3b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_922c3",
                    table="cases_notneeded",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notneeded",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_notneededevent" ("case_id", "decided_at", "decided_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sector_id", "service_id", "uuid") VALUES (OLD."case_id", OLD."decided_at", OLD."decided_by_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."reason", OLD."sector_id", OLD."service_id", OLD."uuid"); RETURN NULL;',
                    hash="39220f6eeb2208d9b39282f80ce8cc19b7adf485",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b3971",
                    table="cases_notneeded",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="knownservice",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddField(
            model_name="knownservice",
            name="child",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="services", to="cases.child"
            ),
        ),
        migrations.AddField(
            model_name="knownservice",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notneeded",
            name="service",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.knownservice"
            ),
        ),
        migrations.AddField(
            model_name="notneededevent",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.knownservice",
            ),
        ),
        migrations.AddConstraint(
            model_name="notneeded",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sector__isnull", False), ("service__isnull", True)),
                    models.Q(("sector__isnull", True), ("service__isnull", False)),
                    _connector="OR",
                ),
                name="notneeded_sector_or_service",
            ),
        ),
        migrations.AddConstraint(
            model_name="notneeded",
            constraint=models.UniqueConstraint(fields=("case", "service"), name="notneeded_service_once"),
        ),
        migrations.AddField(
            model_name="knownserviceevent",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddField(
            model_name="knownserviceevent",
            name="child",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cases.child",
            ),
        ),
        migrations.AddField(
            model_name="knownserviceevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="cases.knownservice",
            ),
        ),
        migrations.AddField(
            model_name="knownserviceevent",
            name="recorded_by",
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
            model_name="knownservice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("since__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="knownservice_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="knownservice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", False), ("name", "")),
                    models.Q(("agency__isnull", True), models.Q(("name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="knownservice_agency_or_name",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="knownservice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_knownserviceevent" ("agency_id", "child_id", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "since", "until", "uuid") VALUES (NEW."agency_id", NEW."child_id", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."since", NEW."until", NEW."uuid"); RETURN NULL;',
                    hash="49d93ca0071c1bb02ea5d54cc15f8941ebf59a45",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_46b96",
                    table="cases_knownservice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="knownservice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_knownserviceevent" ("agency_id", "child_id", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "since", "until", "uuid") VALUES (NEW."agency_id", NEW."child_id", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."since", NEW."until", NEW."uuid"); RETURN NULL;',
                    hash="9de48e966375280b9c04d78c4d43f23a99ffb45e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0a6bc",
                    table="cases_knownservice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="knownservice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_knownserviceevent" ("agency_id", "child_id", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "since", "until", "uuid") VALUES (OLD."agency_id", OLD."child_id", OLD."id", OLD."kind", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."since", OLD."until", OLD."uuid"); RETURN NULL;',
                    hash="1ccb3be9a0dc9830d79eefdcf5bb4462bfbf5484",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1a6ac",
                    table="cases_knownservice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="knownserviceevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="50dc56dc0fd2e53f309d9daec4145f4a8f99a08d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ca644",
                    table="cases_knownserviceevent",
                    when="BEFORE",
                ),
            ),
        ),
        EnableRowSecurity("cases_knownservice"),
        Policy("cases_knownservice", "seen", roles=ROLES, using=OF_SEEN_CHILD, check=OF_SEEN_CHILD),
    ]
