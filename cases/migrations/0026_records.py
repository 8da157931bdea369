"""What is recorded in parts: visits, decisions, statutory meetings, plans and actions; each seen where its entry is."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.record_security import lock_ongoing_record, lock_record


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0012_timeline_scopes"),
        ("cases", "0025_chronology"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChildMissing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "last_seen",
                    models.CharField(max_length=500, verbose_name="Where were they last seen, when and with whom?"),
                ),
                ("worries", models.TextField(verbose_name="What are we worried about?")),
                (
                    "police_told",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Have the police been told?"
                    ),
                ),
                ("police_reference", models.CharField(blank=True, max_length=60, verbose_name="Police reference")),
                ("not_told_because", models.CharField(blank=True, max_length=500, verbose_name="Why not?")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "missing child",
            },
        ),
        migrations.CreateModel(
            name="ChildMissingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "last_seen",
                    models.CharField(max_length=500, verbose_name="Where were they last seen, when and with whom?"),
                ),
                ("worries", models.TextField(verbose_name="What are we worried about?")),
                (
                    "police_told",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Have the police been told?"
                    ),
                ),
                ("police_reference", models.CharField(blank=True, max_length=60, verbose_name="Police reference")),
                ("not_told_because", models.CharField(blank=True, max_length=500, verbose_name="Why not?")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.childmissing",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChildReturned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "found_where",
                    models.CharField(max_length=500, verbose_name="Where were they, and how did they come back?"),
                ),
                ("child_said", models.TextField(blank=True, verbose_name="The child’s own words")),
                ("harm", models.TextField(verbose_name="Did they come to harm?")),
                (
                    "interview",
                    models.CharField(
                        choices=[
                            ("accepted", "Offered, and the child said yes"),
                            ("declined", "Offered, and the child said no"),
                            ("waiting", "Offered, no answer yet"),
                            ("not_offered", "Not offered"),
                        ],
                        max_length=20,
                        verbose_name="Return interview",
                    ),
                ),
                ("interviewer", models.CharField(blank=True, max_length=200, verbose_name="Who offers it?")),
                ("not_offered_because", models.CharField(blank=True, max_length=500, verbose_name="Why not?")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "returned child",
            },
        ),
        migrations.CreateModel(
            name="ChildReturnedEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "found_where",
                    models.CharField(max_length=500, verbose_name="Where were they, and how did they come back?"),
                ),
                ("child_said", models.TextField(blank=True, verbose_name="The child’s own words")),
                ("harm", models.TextField(verbose_name="Did they come to harm?")),
                (
                    "interview",
                    models.CharField(
                        choices=[
                            ("accepted", "Offered, and the child said yes"),
                            ("declined", "Offered, and the child said no"),
                            ("waiting", "Offered, no answer yet"),
                            ("not_offered", "Not offered"),
                        ],
                        max_length=20,
                        verbose_name="Return interview",
                    ),
                ),
                ("interviewer", models.CharField(blank=True, max_length=200, verbose_name="Who offers it?")),
                ("not_offered_because", models.CharField(blank=True, max_length=500, verbose_name="Why not?")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.childreturned",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Conference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("initial", "Initial conference"),
                            ("review", "Review conference"),
                            ("pre_birth", "Pre-birth conference"),
                        ],
                        max_length=10,
                        verbose_name="What sort of conference was it?",
                    ),
                ),
                ("chair", models.CharField(max_length=200, verbose_name="Who chaired it?")),
                ("attended", models.TextField(verbose_name="Who came, and for which agency?")),
                ("child_views", models.TextField(verbose_name="What does the child think, and how was it heard?")),
                ("family_views", models.TextField(verbose_name="What does the family think?")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("plan", "Child protection plan"),
                            ("in_need", "Child in need plan"),
                            ("neither", "Neither"),
                        ],
                        max_length=10,
                        verbose_name="What was decided?",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEG", "Neglect"),
                            ("PHY", "Physical abuse"),
                            ("SAB", "Sexual abuse"),
                            ("EMO", "Emotional abuse"),
                            ("MUL", "Multiple"),
                        ],
                        max_length=3,
                        verbose_name="Category of the plan",
                    ),
                ),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("next_review_on", models.DateField(blank=True, null=True, verbose_name="Next review conference by")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "child protection conference",
            },
        ),
        migrations.CreateModel(
            name="ConferenceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("initial", "Initial conference"),
                            ("review", "Review conference"),
                            ("pre_birth", "Pre-birth conference"),
                        ],
                        max_length=10,
                        verbose_name="What sort of conference was it?",
                    ),
                ),
                ("chair", models.CharField(max_length=200, verbose_name="Who chaired it?")),
                ("attended", models.TextField(verbose_name="Who came, and for which agency?")),
                ("child_views", models.TextField(verbose_name="What does the child think, and how was it heard?")),
                ("family_views", models.TextField(verbose_name="What does the family think?")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("plan", "Child protection plan"),
                            ("in_need", "Child in need plan"),
                            ("neither", "Neither"),
                        ],
                        max_length=10,
                        verbose_name="What was decided?",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEG", "Neglect"),
                            ("PHY", "Physical abuse"),
                            ("SAB", "Sexual abuse"),
                            ("EMO", "Emotional abuse"),
                            ("MUL", "Multiple"),
                        ],
                        max_length=3,
                        verbose_name="Category of the plan",
                    ),
                ),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("next_review_on", models.DateField(blank=True, null=True, verbose_name="Next review conference by")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.conference",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decided_by",
                    models.CharField(help_text="Name and post", max_length=200, verbose_name="Who decided?"),
                ),
                ("decision", models.TextField(verbose_name="What was decided?")),
                ("options", models.TextField(verbose_name="What else was considered?")),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("best_interests", models.TextField(verbose_name="How does it serve the child’s best interests?")),
                ("dissent_by", models.CharField(blank=True, max_length=200, verbose_name="Who disagreed?")),
                ("dissent", models.TextField(blank=True, verbose_name="What did they say?")),
                (
                    "child_told",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Was the child told?"
                    ),
                ),
                (
                    "told_how",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="How were they told, and what did they say?"
                    ),
                ),
                (
                    "not_told_because",
                    models.CharField(blank=True, max_length=500, verbose_name="Why not, and when will they be?"),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
            },
        ),
        migrations.CreateModel(
            name="DecisionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "decided_by",
                    models.CharField(help_text="Name and post", max_length=200, verbose_name="Who decided?"),
                ),
                ("decision", models.TextField(verbose_name="What was decided?")),
                ("options", models.TextField(verbose_name="What else was considered?")),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("best_interests", models.TextField(verbose_name="How does it serve the child’s best interests?")),
                ("dissent_by", models.CharField(blank=True, max_length=200, verbose_name="Who disagreed?")),
                ("dissent", models.TextField(blank=True, verbose_name="What did they say?")),
                (
                    "child_told",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Was the child told?"
                    ),
                ),
                (
                    "told_how",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="How were they told, and what did they say?"
                    ),
                ),
                (
                    "not_told_because",
                    models.CharField(blank=True, max_length=500, verbose_name="Why not, and when will they be?"),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.decision",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FamilyContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("with_whom", models.CharField(max_length=200, verbose_name="With whom?")),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("phone", "By phone"),
                            ("in_person", "In person"),
                            ("video", "By video call"),
                            ("message", "By message or e-mail"),
                            ("letter", "By letter"),
                        ],
                        max_length=20,
                        verbose_name="How?",
                    ),
                ),
                (
                    "reached",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Were they reached?"
                    ),
                ),
                (
                    "interpreter",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Was an interpreter used?"
                    ),
                ),
                ("family_said", models.TextField(blank=True, verbose_name="What the family said, in their words")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "contact with the family",
            },
        ),
        migrations.CreateModel(
            name="FamilyContactEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("with_whom", models.CharField(max_length=200, verbose_name="With whom?")),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("phone", "By phone"),
                            ("in_person", "In person"),
                            ("video", "By video call"),
                            ("message", "By message or e-mail"),
                            ("letter", "By letter"),
                        ],
                        max_length=20,
                        verbose_name="How?",
                    ),
                ),
                (
                    "reached",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Were they reached?"
                    ),
                ),
                (
                    "interpreter",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Was an interpreter used?"
                    ),
                ),
                ("family_said", models.TextField(blank=True, verbose_name="What the family said, in their words")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.familycontact",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("early_help", "Early help plan"),
                            ("in_need", "Child in need plan"),
                            ("protection", "Child protection plan"),
                            ("care", "Care plan of a looked-after child"),
                            ("safety", "Safety plan"),
                        ],
                        max_length=20,
                        verbose_name="What kind of plan is it?",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEG", "Neglect"),
                            ("PHY", "Physical abuse"),
                            ("SAB", "Sexual abuse"),
                            ("EMO", "Emotional abuse"),
                            ("MUL", "Multiple"),
                        ],
                        max_length=3,
                        verbose_name="Main category",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="Since")),
                ("wanted", models.TextField(verbose_name="What should be different for the child?")),
                ("child_said", models.TextField(blank=True, verbose_name="What the child wants, in their own words")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If there are no words of the child, why not?"
                    ),
                ),
                ("family_view", models.TextField(verbose_name="What the family thinks of it")),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="Next review by")),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="Ended on")),
                (
                    "end_reason",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="Why it ended"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="cases.case"
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "plan",
            },
        ),
        migrations.CreateModel(
            name="PlanAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("what", models.CharField(max_length=500, verbose_name="What will be done?")),
                ("outcome", models.CharField(max_length=500, verbose_name="What will it change for the child?")),
                ("owner_name", models.CharField(max_length=200, verbose_name="Owner")),
                ("due_on", models.DateField(verbose_name="By")),
                ("first_due_on", models.DateField(editable=False, verbose_name="First agreed for")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To do"), ("done", "Done"), ("not_done", "Not done")],
                        default="open",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("closed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="Settled on")),
                ("evidence", models.CharField(blank=True, editable=False, max_length=500, verbose_name="How we know")),
                (
                    "not_done_because",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="Why not"),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.team",
                    ),
                ),
                (
                    "owner_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="cases.plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "action",
            },
        ),
        migrations.CreateModel(
            name="PlanActionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("what", models.CharField(max_length=500, verbose_name="What will be done?")),
                ("outcome", models.CharField(max_length=500, verbose_name="What will it change for the child?")),
                ("owner_name", models.CharField(max_length=200, verbose_name="Owner")),
                ("due_on", models.DateField(verbose_name="By")),
                ("first_due_on", models.DateField(editable=False, verbose_name="First agreed for")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To do"), ("done", "Done"), ("not_done", "Not done")],
                        default="open",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("closed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="Settled on")),
                ("evidence", models.CharField(blank=True, editable=False, max_length=500, verbose_name="How we know")),
                (
                    "not_done_because",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="Why not"),
                ),
                (
                    "agency",
                    models.ForeignKey(
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
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="cases.timelineentry",
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="agencies.team",
                    ),
                ),
                (
                    "owner_user",
                    models.ForeignKey(
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
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="cases.planaction",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="cases.plan",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PlanEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("early_help", "Early help plan"),
                            ("in_need", "Child in need plan"),
                            ("protection", "Child protection plan"),
                            ("care", "Care plan of a looked-after child"),
                            ("safety", "Safety plan"),
                        ],
                        max_length=20,
                        verbose_name="What kind of plan is it?",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEG", "Neglect"),
                            ("PHY", "Physical abuse"),
                            ("SAB", "Sexual abuse"),
                            ("EMO", "Emotional abuse"),
                            ("MUL", "Multiple"),
                        ],
                        max_length=3,
                        verbose_name="Main category",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="Since")),
                ("wanted", models.TextField(verbose_name="What should be different for the child?")),
                ("child_said", models.TextField(blank=True, verbose_name="What the child wants, in their own words")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If there are no words of the child, why not?"
                    ),
                ),
                ("family_view", models.TextField(verbose_name="What the family thinks of it")),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="Next review by")),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="Ended on")),
                (
                    "end_reason",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="Why it ended"),
                ),
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
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.plan",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[("plan", "Review of a plan"), ("looked_after", "Looked-after child review")],
                        max_length=20,
                        verbose_name="What is reviewed?",
                    ),
                ),
                ("chair", models.CharField(max_length=200, verbose_name="Who chaired it?")),
                ("attended", models.TextField(verbose_name="Who came, and for which agency?")),
                ("child_views", models.TextField(verbose_name="What does the child think, and how was it heard?")),
                ("progress", models.TextField(verbose_name="What has changed for the child since the last review?")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("goes_on", "The plan goes on"),
                            ("changes", "The plan changes"),
                            ("steps_up", "More is needed: step up"),
                            ("steps_down", "Less is needed: step down"),
                            ("ends", "The plan ends"),
                        ],
                        max_length=20,
                        verbose_name="What was decided?",
                    ),
                ),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("next_review_on", models.DateField(blank=True, null=True, verbose_name="Next review by")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
            },
        ),
        migrations.CreateModel(
            name="ReviewEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "sort",
                    models.CharField(
                        choices=[("plan", "Review of a plan"), ("looked_after", "Looked-after child review")],
                        max_length=20,
                        verbose_name="What is reviewed?",
                    ),
                ),
                ("chair", models.CharField(max_length=200, verbose_name="Who chaired it?")),
                ("attended", models.TextField(verbose_name="Who came, and for which agency?")),
                ("child_views", models.TextField(verbose_name="What does the child think, and how was it heard?")),
                ("progress", models.TextField(verbose_name="What has changed for the child since the last review?")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("goes_on", "The plan goes on"),
                            ("changes", "The plan changes"),
                            ("steps_up", "More is needed: step up"),
                            ("steps_down", "Less is needed: step down"),
                            ("ends", "The plan ends"),
                        ],
                        max_length=20,
                        verbose_name="What was decided?",
                    ),
                ),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("next_review_on", models.DateField(blank=True, null=True, verbose_name="Next review by")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.review",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StrategyDiscussion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "social_care",
                    models.CharField(max_length=300, verbose_name="Who took part for children’s social care?"),
                ),
                ("police", models.CharField(blank=True, max_length=300, verbose_name="For the police?")),
                ("health", models.CharField(blank=True, max_length=300, verbose_name="For health?")),
                ("others", models.CharField(blank=True, max_length=300, verbose_name="For other agencies?")),
                (
                    "absent_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If police or health did not take part, why not?"
                    ),
                ),
                ("harm", models.TextField(verbose_name="What harm is suspected, and on what grounds?")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("s47_joint", "Section 47 enquiry, together with the police"),
                            ("s47_single", "Section 47 enquiry by children’s social care alone"),
                            ("s17", "Assessment under section 17"),
                            ("none", "No enquiry"),
                        ],
                        max_length=20,
                        verbose_name="What was decided?",
                    ),
                ),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("safety", models.TextField(verbose_name="How is the child kept safe now?")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "strategy discussion",
            },
        ),
        migrations.CreateModel(
            name="StrategyDiscussionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "social_care",
                    models.CharField(max_length=300, verbose_name="Who took part for children’s social care?"),
                ),
                ("police", models.CharField(blank=True, max_length=300, verbose_name="For the police?")),
                ("health", models.CharField(blank=True, max_length=300, verbose_name="For health?")),
                ("others", models.CharField(blank=True, max_length=300, verbose_name="For other agencies?")),
                (
                    "absent_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If police or health did not take part, why not?"
                    ),
                ),
                ("harm", models.TextField(verbose_name="What harm is suspected, and on what grounds?")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("s47_joint", "Section 47 enquiry, together with the police"),
                            ("s47_single", "Section 47 enquiry by children’s social care alone"),
                            ("s17", "Assessment under section 17"),
                            ("none", "No enquiry"),
                        ],
                        max_length=20,
                        verbose_name="What was decided?",
                    ),
                ),
                ("rationale", models.TextField(verbose_name="Why?")),
                ("safety", models.TextField(verbose_name="How is the child kept safe now?")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.strategydiscussion",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("supervisor", models.CharField(max_length=200, verbose_name="Who supervised?")),
                ("discussed", models.TextField(verbose_name="What was talked over?")),
                (
                    "reflection",
                    models.TextField(
                        help_text="Another explanation, a voice not heard", verbose_name="What may we be missing?"
                    ),
                ),
                ("agreed", models.TextField(verbose_name="What was agreed, by whom and by when?")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "supervision note",
            },
        ),
        migrations.CreateModel(
            name="SupervisionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("supervisor", models.CharField(max_length=200, verbose_name="Who supervised?")),
                ("discussed", models.TextField(verbose_name="What was talked over?")),
                (
                    "reflection",
                    models.TextField(
                        help_text="Another explanation, a voice not heard", verbose_name="What may we be missing?"
                    ),
                ),
                ("agreed", models.TextField(verbose_name="What was agreed, by whom and by when?")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.supervision",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("home", "At home"),
                            ("school", "At school or nursery"),
                            ("placement", "Where the child is staying"),
                            ("office", "At an office, clinic or hospital"),
                            ("elsewhere", "Somewhere else"),
                        ],
                        max_length=20,
                        verbose_name="Where was the visit?",
                    ),
                ),
                (
                    "announced",
                    models.CharField(
                        choices=[("arranged", "Arranged beforehand"), ("unannounced", "Unannounced")],
                        max_length=20,
                        verbose_name="Was it arranged?",
                    ),
                ),
                ("present", models.CharField(blank=True, max_length=300, verbose_name="Who else was there?")),
                (
                    "child_seen",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Was the child seen?"
                    ),
                ),
                (
                    "seen_alone",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No")],
                        max_length=3,
                        verbose_name="Was the child seen alone?",
                    ),
                ),
                (
                    "not_seen_because",
                    models.CharField(blank=True, max_length=500, verbose_name="Why was the child not seen?"),
                ),
                (
                    "not_alone_because",
                    models.CharField(blank=True, max_length=500, verbose_name="If not alone, why not?"),
                ),
                (
                    "bedroom",
                    models.CharField(
                        choices=[("seen", "Yes"), ("not_seen", "No"), ("not_there", "The visit was somewhere else")],
                        default="not_there",
                        max_length=10,
                        verbose_name="Was the child’s bedroom seen?",
                    ),
                ),
                ("child_said", models.TextField(blank=True, verbose_name="The child’s own words")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If there are no words of the child, why not?"
                    ),
                ),
                ("presentation", models.TextField(blank=True, verbose_name="How did the child seem?")),
                ("next_visit_on", models.DateField(blank=True, null=True, verbose_name="Next visit by")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="cases.timelineentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
            },
        ),
        migrations.CreateModel(
            name="VisitEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("home", "At home"),
                            ("school", "At school or nursery"),
                            ("placement", "Where the child is staying"),
                            ("office", "At an office, clinic or hospital"),
                            ("elsewhere", "Somewhere else"),
                        ],
                        max_length=20,
                        verbose_name="Where was the visit?",
                    ),
                ),
                (
                    "announced",
                    models.CharField(
                        choices=[("arranged", "Arranged beforehand"), ("unannounced", "Unannounced")],
                        max_length=20,
                        verbose_name="Was it arranged?",
                    ),
                ),
                ("present", models.CharField(blank=True, max_length=300, verbose_name="Who else was there?")),
                (
                    "child_seen",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], max_length=3, verbose_name="Was the child seen?"
                    ),
                ),
                (
                    "seen_alone",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No")],
                        max_length=3,
                        verbose_name="Was the child seen alone?",
                    ),
                ),
                (
                    "not_seen_because",
                    models.CharField(blank=True, max_length=500, verbose_name="Why was the child not seen?"),
                ),
                (
                    "not_alone_because",
                    models.CharField(blank=True, max_length=500, verbose_name="If not alone, why not?"),
                ),
                (
                    "bedroom",
                    models.CharField(
                        choices=[("seen", "Yes"), ("not_seen", "No"), ("not_there", "The visit was somewhere else")],
                        default="not_there",
                        max_length=10,
                        verbose_name="Was the child’s bedroom seen?",
                    ),
                ),
                ("child_said", models.TextField(blank=True, verbose_name="The child’s own words")),
                (
                    "no_words_because",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="If there are no words of the child, why not?"
                    ),
                ),
                ("presentation", models.TextField(blank=True, verbose_name="How did the child seem?")),
                ("next_visit_on", models.DateField(blank=True, null=True, verbose_name="Next visit by")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                        to="cases.visit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="childmissing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("police_told", "yes"),
                    models.Q(("police_told", "no"), models.Q(("not_told_because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="childmissing_police_told_or_why_not",
                violation_error_message="Nothing was saved. Say why the police have not been told.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childmissing",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_childmissingevent" ("entry_id", "id", "last_seen", "not_told_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police_reference", "police_told", "worries") VALUES (NEW."entry_id", NEW."id", NEW."last_seen", NEW."not_told_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."police_reference", NEW."police_told", NEW."worries"); RETURN NULL;',
                    hash="de1026e07fc882c4cb1589d4df4e303cda3277a2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ea3cc",
                    table="cases_childmissing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childmissing",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_childmissingevent" ("entry_id", "id", "last_seen", "not_told_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police_reference", "police_told", "worries") VALUES (NEW."entry_id", NEW."id", NEW."last_seen", NEW."not_told_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."police_reference", NEW."police_told", NEW."worries"); RETURN NULL;',
                    hash="e93abbce6f322e8daa4991e55c1ff1c4065cc022",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5eeec",
                    table="cases_childmissing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childmissing",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_childmissingevent" ("entry_id", "id", "last_seen", "not_told_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police_reference", "police_told", "worries") VALUES (OLD."entry_id", OLD."id", OLD."last_seen", OLD."not_told_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."police_reference", OLD."police_told", OLD."worries"); RETURN NULL;',
                    hash="a9a1306990bc852c489703d638832f41d83ee5c4",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fb163",
                    table="cases_childmissing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childmissingevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="46ae5252defea1e66bedb795e504f2bd06b26a59",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_49b2c",
                    table="cases_childmissingevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="childreturned",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("interview", "not_offered"), _negated=True),
                        models.Q(("interviewer", ""), _negated=True),
                    ),
                    models.Q(("interview", "not_offered"), models.Q(("not_offered_because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="childreturned_interview_offered_or_why_not",
                violation_error_message="Nothing was saved. Say who offers the return interview, or why it is not offered.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childreturned",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_childreturnedevent" ("child_said", "entry_id", "found_where", "harm", "id", "interview", "interviewer", "not_offered_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."child_said", NEW."entry_id", NEW."found_where", NEW."harm", NEW."id", NEW."interview", NEW."interviewer", NEW."not_offered_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="117ab409314993d03d4c27fc78e9829aae4262a7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7172b",
                    table="cases_childreturned",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childreturned",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_childreturnedevent" ("child_said", "entry_id", "found_where", "harm", "id", "interview", "interviewer", "not_offered_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."child_said", NEW."entry_id", NEW."found_where", NEW."harm", NEW."id", NEW."interview", NEW."interviewer", NEW."not_offered_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id"); RETURN NULL;',
                    hash="ab5b62be9ee03787363aebce4b087c87c6592077",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_15867",
                    table="cases_childreturned",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childreturned",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_childreturnedevent" ("child_said", "entry_id", "found_where", "harm", "id", "interview", "interviewer", "not_offered_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."child_said", OLD."entry_id", OLD."found_where", OLD."harm", OLD."id", OLD."interview", OLD."interviewer", OLD."not_offered_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="c015e05bf6d0801d141d0bfb3ff2b02fd0f2adb9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a567c",
                    table="cases_childreturned",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="childreturnedevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d5fce994d747270a68146d06b0d082789627e0e9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_33a70",
                    table="cases_childreturnedevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="conference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "plan"), models.Q(("category", ""), _negated=True)),
                    models.Q(models.Q(("outcome", "plan"), _negated=True), ("category", "")),
                    _connector="OR",
                ),
                name="conference_plan_has_category",
                violation_error_message="Nothing was saved. A child protection plan has a category, and nothing else has one.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conference",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_conferenceevent" ("attended", "category", "chair", "child_views", "entry_id", "family_views", "id", "next_review_on", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "sort") VALUES (NEW."attended", NEW."category", NEW."chair", NEW."child_views", NEW."entry_id", NEW."family_views", NEW."id", NEW."next_review_on", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."rationale", NEW."sort"); RETURN NULL;',
                    hash="054a53b7dc321edf525ae9788c938594d13089de",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0876f",
                    table="cases_conference",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conference",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_conferenceevent" ("attended", "category", "chair", "child_views", "entry_id", "family_views", "id", "next_review_on", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "sort") VALUES (NEW."attended", NEW."category", NEW."chair", NEW."child_views", NEW."entry_id", NEW."family_views", NEW."id", NEW."next_review_on", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."rationale", NEW."sort"); RETURN NULL;',
                    hash="f15d0c44702e5b0cb0b1c21760808b9b8fc3d8b1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f9e4b",
                    table="cases_conference",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conference",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_conferenceevent" ("attended", "category", "chair", "child_views", "entry_id", "family_views", "id", "next_review_on", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "sort") VALUES (OLD."attended", OLD."category", OLD."chair", OLD."child_views", OLD."entry_id", OLD."family_views", OLD."id", OLD."next_review_on", OLD."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."rationale", OLD."sort"); RETURN NULL;',
                    hash="a6477a9e0b55ad956ededbdb7c3841fd6127f88e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f62fe",
                    table="cases_conference",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conferenceevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8320a3aa543e06180818bd7dad050eb345b3d47a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cf36f",
                    table="cases_conferenceevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("dissent", ""), models.Q(("dissent_by", ""), _negated=True), _connector="OR"),
                name="decision_dissent_has_a_name",
                violation_error_message="Nothing was saved. Say who disagreed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("child_told", "yes"), models.Q(("told_how", ""), _negated=True)),
                    models.Q(("child_told", "no"), models.Q(("not_told_because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="decision_says_how_child_was_told",
                violation_error_message="Nothing was saved. Say how the child was told, or why they were not.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_decisionevent" ("best_interests", "child_told", "decided_by", "decision", "dissent", "dissent_by", "entry_id", "id", "not_told_because", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "told_how") VALUES (NEW."best_interests", NEW."child_told", NEW."decided_by", NEW."decision", NEW."dissent", NEW."dissent_by", NEW."entry_id", NEW."id", NEW."not_told_because", NEW."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."rationale", NEW."told_how"); RETURN NULL;',
                    hash="5c994a7cb5ffab262e4d1fd28c0fefbdc2c0abdc",
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
                    func='INSERT INTO "cases_decisionevent" ("best_interests", "child_told", "decided_by", "decision", "dissent", "dissent_by", "entry_id", "id", "not_told_because", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "told_how") VALUES (NEW."best_interests", NEW."child_told", NEW."decided_by", NEW."decision", NEW."dissent", NEW."dissent_by", NEW."entry_id", NEW."id", NEW."not_told_because", NEW."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."rationale", NEW."told_how"); RETURN NULL;',
                    hash="cb3bc6f149dd8d73ee6643f18cfc9ffdc556f677",
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
                    func='INSERT INTO "cases_decisionevent" ("best_interests", "child_told", "decided_by", "decision", "dissent", "dissent_by", "entry_id", "id", "not_told_because", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "told_how") VALUES (OLD."best_interests", OLD."child_told", OLD."decided_by", OLD."decision", OLD."dissent", OLD."dissent_by", OLD."entry_id", OLD."id", OLD."not_told_because", OLD."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."rationale", OLD."told_how"); RETURN NULL;',
                    hash="40e2ec00d2cf8a0a611175ecc59eccd5d7eb2c2d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ae3e6",
                    table="cases_decision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="49b26c646f99277a6808078a0af95a79e5a93d1e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_56016",
                    table="cases_decisionevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="familycontact",
            constraint=models.CheckConstraint(
                condition=models.Q(("reached", "no"), models.Q(("family_said", ""), _negated=True), _connector="OR"),
                name="familycontact_says_what_was_said",
                violation_error_message="Nothing was saved. Write what the family said.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="familycontact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_familycontactevent" ("entry_id", "family_said", "id", "interpreter", "means", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reached", "with_whom") VALUES (NEW."entry_id", NEW."family_said", NEW."id", NEW."interpreter", NEW."means", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."reached", NEW."with_whom"); RETURN NULL;',
                    hash="a499e2c94647a0a05b1737a072beaafb74ac4e7d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_341ce",
                    table="cases_familycontact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="familycontact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_familycontactevent" ("entry_id", "family_said", "id", "interpreter", "means", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reached", "with_whom") VALUES (NEW."entry_id", NEW."family_said", NEW."id", NEW."interpreter", NEW."means", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."reached", NEW."with_whom"); RETURN NULL;',
                    hash="f8bd2e1308f74c1df74a6ba9ffcce2aa96bfec61",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_02bcc",
                    table="cases_familycontact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="familycontact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_familycontactevent" ("entry_id", "family_said", "id", "interpreter", "means", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reached", "with_whom") VALUES (OLD."entry_id", OLD."family_said", OLD."id", OLD."interpreter", OLD."means", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."reached", OLD."with_whom"); RETURN NULL;',
                    hash="fe2dcb33134a615b600daa35efff9c877144ba6a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_de647",
                    table="cases_familycontact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="familycontactevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="76869b3b61aa5a8d15c2e08b1f1b9f1979ee7489",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_acb1c",
                    table="cases_familycontactevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("case", "sort"),
                name="plan_one_current_of_a_kind",
                violation_error_message="Nothing was saved. The child has a plan of this kind already: end that one first, or add to it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sort", "protection"), models.Q(("category", ""), _negated=True)),
                    models.Q(models.Q(("sort", "protection"), _negated=True), ("category", "")),
                    _connector="OR",
                ),
                name="plan_protection_has_category",
                violation_error_message="Nothing was saved. A child protection plan has a category, and no other plan has one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("child_said", ""), _negated=True),
                    models.Q(("no_words_because", ""), _negated=True),
                    _connector="OR",
                ),
                name="plan_has_words_or_why_none",
                violation_error_message="Nothing was saved. Write what the child wants, or why there are no words of theirs.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    models.Q(("ended_on__gte", models.F("started_on")), models.Q(("end_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="plan_ends_after_start_with_reason",
                violation_error_message="Nothing was saved. A plan ends on or after the day on which it began, with a reason.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plan",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_planevent" ("case_id", "category", "child_said", "end_reason", "ended_on", "entry_id", "family_view", "id", "no_words_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_on", "sort", "started_on", "uuid", "wanted") VALUES (NEW."case_id", NEW."category", NEW."child_said", NEW."end_reason", NEW."ended_on", NEW."entry_id", NEW."family_view", NEW."id", NEW."no_words_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."review_on", NEW."sort", NEW."started_on", NEW."uuid", NEW."wanted"); RETURN NULL;',
                    hash="60eaf82e6ee5323d31c6de29130ac0be57448493",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2431c",
                    table="cases_plan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plan",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_planevent" ("case_id", "category", "child_said", "end_reason", "ended_on", "entry_id", "family_view", "id", "no_words_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_on", "sort", "started_on", "uuid", "wanted") VALUES (NEW."case_id", NEW."category", NEW."child_said", NEW."end_reason", NEW."ended_on", NEW."entry_id", NEW."family_view", NEW."id", NEW."no_words_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."review_on", NEW."sort", NEW."started_on", NEW."uuid", NEW."wanted"); RETURN NULL;',
                    hash="936b2b885bc74364214baa47e55da65230fbab78",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ba414",
                    table="cases_plan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plan",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_planevent" ("case_id", "category", "child_said", "end_reason", "ended_on", "entry_id", "family_view", "id", "no_words_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_on", "sort", "started_on", "uuid", "wanted") VALUES (OLD."case_id", OLD."category", OLD."child_said", OLD."end_reason", OLD."ended_on", OLD."entry_id", OLD."family_view", OLD."id", OLD."no_words_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."review_on", OLD."sort", OLD."started_on", OLD."uuid", OLD."wanted"); RETURN NULL;',
                    hash="7fd3165ed22ba7e409414d9f92b27ae3492f87bd",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_88c0d",
                    table="cases_plan",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="planaction",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["owner_user", "due_on"], name="planaction_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="planaction",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["owner_team", "due_on"], name="planaction_of_team"
            ),
        ),
        migrations.AddConstraint(
            model_name="planaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner_user__isnull", True), ("owner_team__isnull", True), _connector="OR"),
                name="planaction_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="planaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", True), ("owner_team__isnull", True), ("owner_user__isnull", True)),
                    models.Q(
                        ("agency__isnull", False),
                        models.Q(("owner_user__isnull", False), ("owner_team__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="planaction_agency_of_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="planaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("state", "open")),
                    models.Q(
                        ("closed_on__isnull", False), ("state", "done"), models.Q(("evidence", ""), _negated=True)
                    ),
                    models.Q(
                        ("closed_on__isnull", False),
                        ("state", "not_done"),
                        models.Q(("not_done_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="planaction_settled_with_evidence_or_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planaction",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_planactionevent" ("agency_id", "closed_on", "due_on", "entry_id", "evidence", "first_due_on", "id", "not_done_because", "outcome", "owner_name", "owner_team_id", "owner_user_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "state", "uuid", "what") VALUES (NEW."agency_id", NEW."closed_on", NEW."due_on", NEW."entry_id", NEW."evidence", NEW."first_due_on", NEW."id", NEW."not_done_because", NEW."outcome", NEW."owner_name", NEW."owner_team_id", NEW."owner_user_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."plan_id", NEW."state", NEW."uuid", NEW."what"); RETURN NULL;',
                    hash="92a23038a19432c68e7b28782c24c7334fdabe19",
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
                    func='INSERT INTO "cases_planactionevent" ("agency_id", "closed_on", "due_on", "entry_id", "evidence", "first_due_on", "id", "not_done_because", "outcome", "owner_name", "owner_team_id", "owner_user_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "state", "uuid", "what") VALUES (NEW."agency_id", NEW."closed_on", NEW."due_on", NEW."entry_id", NEW."evidence", NEW."first_due_on", NEW."id", NEW."not_done_because", NEW."outcome", NEW."owner_name", NEW."owner_team_id", NEW."owner_user_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."plan_id", NEW."state", NEW."uuid", NEW."what"); RETURN NULL;',
                    hash="06a13e1573e089b4b1cd334a127c42a85662dc98",
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
                    func='INSERT INTO "cases_planactionevent" ("agency_id", "closed_on", "due_on", "entry_id", "evidence", "first_due_on", "id", "not_done_because", "outcome", "owner_name", "owner_team_id", "owner_user_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "state", "uuid", "what") VALUES (OLD."agency_id", OLD."closed_on", OLD."due_on", OLD."entry_id", OLD."evidence", OLD."first_due_on", OLD."id", OLD."not_done_because", OLD."outcome", OLD."owner_name", OLD."owner_team_id", OLD."owner_user_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."plan_id", OLD."state", OLD."uuid", OLD."what"); RETURN NULL;',
                    hash="05aa71e40ed073683519c11dcdc95abab5460eeb",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ac390",
                    table="cases_planaction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planactionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3e0a3739edc62a88572f186b6f360e018ddc3986",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6f580",
                    table="cases_planactionevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7793980d52b59de0b9f437dd65f80d40c4df8146",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e1f17",
                    table="cases_planevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_reviewevent" ("attended", "chair", "child_views", "entry_id", "id", "next_review_on", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progress", "rationale", "sort") VALUES (NEW."attended", NEW."chair", NEW."child_views", NEW."entry_id", NEW."id", NEW."next_review_on", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."progress", NEW."rationale", NEW."sort"); RETURN NULL;',
                    hash="7b232e14c67a70e345a3ebb3baae624ee45674b7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2fd1e",
                    table="cases_review",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_reviewevent" ("attended", "chair", "child_views", "entry_id", "id", "next_review_on", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progress", "rationale", "sort") VALUES (NEW."attended", NEW."chair", NEW."child_views", NEW."entry_id", NEW."id", NEW."next_review_on", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."progress", NEW."rationale", NEW."sort"); RETURN NULL;',
                    hash="d11255bd51f9c36ec2e9b109f673e9fdc7ba0c77",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_533d1",
                    table="cases_review",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_reviewevent" ("attended", "chair", "child_views", "entry_id", "id", "next_review_on", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progress", "rationale", "sort") VALUES (OLD."attended", OLD."chair", OLD."child_views", OLD."entry_id", OLD."id", OLD."next_review_on", OLD."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."progress", OLD."rationale", OLD."sort"); RETURN NULL;',
                    hash="e49f1b7dc42906ef4fd3ce7b71520ea60cba63a3",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b9242",
                    table="cases_review",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reviewevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ef005d4fac37390c3aa6146ca0379563f6765f11",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7e8e5",
                    table="cases_reviewevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="strategydiscussion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("police", ""), _negated=True), models.Q(("health", ""), _negated=True)),
                    models.Q(("absent_because", ""), _negated=True),
                    _connector="OR",
                ),
                name="strategydiscussion_says_who_was_missing",
                violation_error_message="Nothing was saved. Say who took part for police and health, or why they did not.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="strategydiscussion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_strategydiscussionevent" ("absent_because", "entry_id", "harm", "health", "id", "others", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police", "rationale", "safety", "social_care") VALUES (NEW."absent_because", NEW."entry_id", NEW."harm", NEW."health", NEW."id", NEW."others", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."police", NEW."rationale", NEW."safety", NEW."social_care"); RETURN NULL;',
                    hash="aed296fc92bf9fd36b6d480ca6f66d8e7b500c8d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_32538",
                    table="cases_strategydiscussion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="strategydiscussion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_strategydiscussionevent" ("absent_because", "entry_id", "harm", "health", "id", "others", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police", "rationale", "safety", "social_care") VALUES (NEW."absent_because", NEW."entry_id", NEW."harm", NEW."health", NEW."id", NEW."others", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."police", NEW."rationale", NEW."safety", NEW."social_care"); RETURN NULL;',
                    hash="543179ff44a4b5263da280d87e37f9ce39dfc4a0",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e0acc",
                    table="cases_strategydiscussion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="strategydiscussion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_strategydiscussionevent" ("absent_because", "entry_id", "harm", "health", "id", "others", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police", "rationale", "safety", "social_care") VALUES (OLD."absent_because", OLD."entry_id", OLD."harm", OLD."health", OLD."id", OLD."others", OLD."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."police", OLD."rationale", OLD."safety", OLD."social_care"); RETURN NULL;',
                    hash="7d7325a2fedf0144a523e45648c379daf3f89905",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6be90",
                    table="cases_strategydiscussion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="strategydiscussionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f75277a4d1a425b4c4c08a938a44e72bd9411a7e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_bc21d",
                    table="cases_strategydiscussionevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supervision",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_supervisionevent" ("agreed", "discussed", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reflection", "supervisor") VALUES (NEW."agreed", NEW."discussed", NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."reflection", NEW."supervisor"); RETURN NULL;',
                    hash="a20ffb7a1e03d1c92e6aa5134b398c698bc3ae19",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3d10f",
                    table="cases_supervision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supervision",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_supervisionevent" ("agreed", "discussed", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reflection", "supervisor") VALUES (NEW."agreed", NEW."discussed", NEW."entry_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."reflection", NEW."supervisor"); RETURN NULL;',
                    hash="1d354b8d294b6da13a0bb45c4c64562c789ad891",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6930c",
                    table="cases_supervision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supervision",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_supervisionevent" ("agreed", "discussed", "entry_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reflection", "supervisor") VALUES (OLD."agreed", OLD."discussed", OLD."entry_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."reflection", OLD."supervisor"); RETURN NULL;',
                    hash="d0ae10963f6259efe19c64d96d78b454dd1069a8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_79a30",
                    table="cases_supervision",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supervisionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d113641d1bf808a47bf58fa10c55faf5e6c887e2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_afd44",
                    table="cases_supervisionevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("child_seen", "yes"),
                    models.Q(
                        ("child_seen", "no"), ("seen_alone", ""), models.Q(("not_seen_because", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="visit_says_why_not_seen",
                violation_error_message="Nothing was saved. Say why the child was not seen.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("child_seen", "no"),
                    ("seen_alone", "yes"),
                    models.Q(("seen_alone", "no"), models.Q(("not_alone_because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="visit_says_why_not_alone",
                violation_error_message="Nothing was saved. Say whether the child was seen alone and, if not, why not.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("child_said", ""), _negated=True),
                    models.Q(("no_words_because", ""), _negated=True),
                    ("child_seen", "no"),
                    _connector="OR",
                ),
                name="visit_has_words_or_why_none",
                violation_error_message="Nothing was saved. Write what the child said, or why there are no words of theirs.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_visitevent" ("announced", "bedroom", "child_said", "child_seen", "entry_id", "id", "next_visit_on", "no_words_because", "not_alone_because", "not_seen_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "present", "presentation", "seen_alone") VALUES (NEW."announced", NEW."bedroom", NEW."child_said", NEW."child_seen", NEW."entry_id", NEW."id", NEW."next_visit_on", NEW."no_words_because", NEW."not_alone_because", NEW."not_seen_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."place", NEW."present", NEW."presentation", NEW."seen_alone"); RETURN NULL;',
                    hash="680d44df02106458f50b190a2b6e086f6b50f6ac",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_11497",
                    table="cases_visit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_visitevent" ("announced", "bedroom", "child_said", "child_seen", "entry_id", "id", "next_visit_on", "no_words_because", "not_alone_because", "not_seen_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "present", "presentation", "seen_alone") VALUES (NEW."announced", NEW."bedroom", NEW."child_said", NEW."child_seen", NEW."entry_id", NEW."id", NEW."next_visit_on", NEW."no_words_because", NEW."not_alone_because", NEW."not_seen_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."place", NEW."present", NEW."presentation", NEW."seen_alone"); RETURN NULL;',
                    hash="1fbe7cc069a1c5bca916bc6bffb91950e1140c05",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a3c6e",
                    table="cases_visit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_visitevent" ("announced", "bedroom", "child_said", "child_seen", "entry_id", "id", "next_visit_on", "no_words_because", "not_alone_because", "not_seen_because", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "present", "presentation", "seen_alone") VALUES (OLD."announced", OLD."bedroom", OLD."child_said", OLD."child_seen", OLD."entry_id", OLD."id", OLD."next_visit_on", OLD."no_words_because", OLD."not_alone_because", OLD."not_seen_because", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."place", OLD."present", OLD."presentation", OLD."seen_alone"); RETURN NULL;',
                    hash="b5419de1c017dfb2bcc3b7bcd2abd4b08bfaa956",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_df6ec",
                    table="cases_visit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visitevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="074d0300c502690ac44fb25c26b49dd006797873",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_87f45",
                    table="cases_visitevent",
                    when="BEFORE",
                ),
            ),
        ),
        *lock_record("cases_visit"),
        *lock_record("cases_familycontact"),
        *lock_record("cases_decision"),
        *lock_record("cases_strategydiscussion"),
        *lock_record("cases_conference"),
        *lock_record("cases_review"),
        *lock_record("cases_childmissing"),
        *lock_record("cases_childreturned"),
        *lock_record("cases_supervision"),
        *lock_ongoing_record("cases_plan"),
        *lock_ongoing_record("cases_planaction"),
    ]
