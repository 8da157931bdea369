"""A referral: what a professional asks children's social care to do about one child, as it was sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import Agency, Team, User
from cases.codes import Ethnicity, Known, LevelOfNeed, Sex
from cases.concern_codes import CATEGORIES, labels_of
from cases.models import Relationship
from referrals.codes import Consent, Ground, ParentsTold, Purpose, Rating, Source, Urgency
from referrals.lifecycle import UNDECIDED, Action, State
from referrals.querysets import OfReferralQuerySet, ReferralQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

DUE_SOON = timedelta(hours=4)
TEXT = 10_000  # characters, as in the forms
# What a referral's life changes; everything else stays as it was sent.
CHANGING = (
    "state, last_action, version, priority, rating, held_by_id, acknowledge_by, acknowledged_at, decide_by, decided_at"
)
SENT_WITH_ACCOUNT = Q(
    source=Source.ACCOUNT, submitted_by__isnull=False, from_agency__isnull=False, from_team__isnull=False
)
SENT_WITHOUT = ~Q(source=Source.ACCOUNT) & Q(
    submitted_by__isnull=True, from_agency__isnull=True, from_team__isnull=True
)

COLOURS: Mapping[State, str] = {
    State.SUBMITTED: "yellow",
    State.ACKNOWLEDGED: "blue",
    State.IN_TRIAGE: "blue",
    State.PROPOSED: "blue",
    State.ASKED: "orange",
    State.DECIDED: "green",
    State.FED_BACK: "green",
}


class AsSent(models.Model):
    """What the referrer wrote."""

    urgency = models.PositiveSmallIntegerField(choices=Urgency)
    telephoned = models.CharField(max_length=300, blank=True)
    # The child
    given = models.CharField(max_length=150, blank=True)
    surname = models.CharField(max_length=150, blank=True)
    alias = models.CharField(max_length=150, blank=True)
    born_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    age_about = models.CharField(max_length=40, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    gender = models.CharField(max_length=80, blank=True)
    ethnicity = models.CharField(max_length=4, choices=Ethnicity, default=Ethnicity.NOBT)
    faith = models.CharField(max_length=80, blank=True)
    languages = models.CharField(max_length=300, blank=True)
    needs_interpreter = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    nhs_number = models.CharField(max_length=40, blank=True)
    pupil_number = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    gp = models.CharField(max_length=200, blank=True)
    school = models.CharField(max_length=200, blank=True)
    disability = models.CharField(max_length=500, blank=True)
    immigration = models.CharField(max_length=200, blank=True)
    young_carer = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    child_words = models.TextField(max_length=TEXT, blank=True)
    # The concern
    facts = models.TextField(max_length=TEXT)
    categories = ArrayField(models.CharField(max_length=40), default=list)
    impact = models.TextField(max_length=TEXT, blank=True)
    injuries = models.TextField(max_length=TEXT, blank=True)
    history = models.TextField(max_length=TEXT, blank=True)
    risks = models.TextField(max_length=TEXT, blank=True)
    parenting = models.TextField(max_length=TEXT, blank=True)
    surroundings = models.TextField(max_length=TEXT, blank=True)
    strengths = models.TextField(max_length=TEXT, blank=True)
    tried = models.TextField(max_length=TEXT, blank=True)
    hoped = models.TextField(max_length=TEXT, blank=True)
    # Consent, and who knows
    parents_told = models.CharField(max_length=10, choices=ParentsTold)
    consent = models.CharField(max_length=10, choices=Consent)
    consent_by = models.CharField(max_length=300, blank=True)
    ground = models.CharField(max_length=10, choices=Ground, blank=True)
    ground_reason = models.TextField(max_length=TEXT, blank=True)
    child_view = models.TextField(max_length=TEXT, blank=True)
    # What is asked for
    level_of_need = models.PositiveSmallIntegerField(choices=LevelOfNeed, null=True)
    level_reason = models.TextField(max_length=TEXT, blank=True)
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.NOT_KNOWN)
    agencies = models.TextField(max_length=TEXT, blank=True)
    agencies_aware = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    # The referrer
    referrer_role = models.CharField(max_length=120, blank=True)
    referrer_phone = models.CharField(max_length=40, blank=True)
    knows_child = models.CharField(max_length=500, blank=True)
    consulted = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


@pghistory.track()
class Referral(PublicIdModel, AsSent):
    """One referral of one child. It belongs to the queue of ``to_agency``, never to a person.

    Seen by its writer, by ``from_team``, and by triage officers and managers of the receiving agency; never by
    whoever it is ``kept_from``. Brothers and sisters who came with one form share a ``bundle`` and nothing else.
    """

    protected = True

    reference = models.CharField(max_length=8, unique=True, editable=False)
    bundle = models.UUIDField()
    source = models.CharField(max_length=20, choices=Source, default=Source.ACCOUNT)
    # Empty for what somebody without an account sent: who that is stands in PublicReporter.
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    from_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    from_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kept_from = models.ManyToManyField(User, related_name="+", blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    # Its life: see lifecycle.py
    state = models.CharField(max_length=20, choices=State, default=State.SUBMITTED)
    last_action = models.CharField(max_length=20, choices=Action, default=Action.SUBMIT)
    version = models.PositiveIntegerField(default=1)
    # What the queue is ordered by: the referrer's urgency until triage has rated it.
    priority = models.PositiveSmallIntegerField(default=Urgency.PLANNED)
    rating = models.CharField(max_length=10, choices=Rating, blank=True)
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Empty where no practice profile sets the clock.
    acknowledge_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    decide_by = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects = ReferralQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (WEB_ROLE, WORKER_ROLE), f"SELECT, INSERT, UPDATE ({CHANGING})"
    )

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(facts=""), name="referral_says_what_happened"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="referral_state_known"),
            models.CheckConstraint(condition=Q(reference__regex=r"^[0-9]{8}$"), name="referral_reference_shape"),
            models.CheckConstraint(
                condition=Q(born_on__isnull=True) | Q(expected_on__isnull=True), name="referral_born_or_expected"
            ),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="referral_urgency_known"),
            models.CheckConstraint(
                condition=~Q(urgency=Urgency.DANGER) | ~Q(telephoned=""), name="referral_danger_was_telephoned"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[Source.PUBLIC, Source.YOUNG])
                | Q(consent=Consent.GIVEN)
                | (~Q(ground="") & ~Q(ground_reason="")),
                name="referral_without_consent_says_why",
            ),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="referral_source_known"),
            models.CheckConstraint(condition=SENT_WITH_ACCOUNT | SENT_WITHOUT, name="referral_sender_by_source"),
            models.CheckConstraint(
                condition=Q(categories__contained_by=list(CATEGORIES)), name="referral_categories_known"
            ),
        ]
        indexes = [
            models.Index(fields=["from_team", "-received_at"], name="referral_of_team"),
            models.Index(fields=["submitted_by", "-received_at"], name="referral_of_author"),
            models.Index(fields=["bundle"], name="referral_of_bundle"),
            models.Index(
                fields=["to_agency", "priority", "decide_by", "id"],
                condition=~Q(state__in=[State.CLOSED, State.WITHDRAWN]),
                name="referral_queue",
            ),
            models.Index(
                fields=["to_agency", "-received_at", "-id"],
                condition=Q(state__in=[State.CLOSED, State.WITHDRAWN]),
                name="referral_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.spoken_reference}"

    @property
    def spoken_reference(self) -> str:
        """Return the reference in two halves, as it is read over the phone."""
        return f"R {self.reference[:4]} {self.reference[4:]}"

    @property
    def sender_name(self) -> str:
        """Return the agency that sent it; for somebody without an account what kind of person, never who."""
        return self.from_agency.name if self.from_agency else str(Source(self.source).label)

    @property
    def is_from_account(self) -> bool:
        """Return whether somebody with an account sent it, who reads here how it stands."""
        return self.source == Source.ACCOUNT

    @property
    def child_name(self) -> str:
        """Return the child's name as it was sent, empty where none was known."""
        return f"{self.given} {self.surname}".strip()

    @property
    def is_open(self) -> bool:
        """Return whether a decision is still to come."""
        return self.state in UNDECIDED

    @property
    def is_unread_too_long(self) -> bool:
        """Return whether nobody has acknowledged it in time."""
        late = self.acknowledge_by is not None and self.acknowledge_by < timezone.now()
        return late and self.is_open and self.acknowledged_at is None

    @property
    def is_due_soon(self) -> bool:
        """Return whether less than DUE_SOON is left for the decision."""
        return self.decide_by is not None and self.decide_by - timezone.now() < DUE_SOON

    @property
    def state_for_sender(self) -> str:
        """Return how it stands as the referrer is told: that a decision waits for its signature stays inside."""
        return str(State(self.state_code_for_sender).label)

    @property
    def state_code_for_sender(self) -> str:
        """Return the code of ``state_for_sender``."""
        return str(State.IN_TRIAGE if self.state == State.PROPOSED else self.state)

    @property
    def state_for_receiver(self) -> str:
        """Return how it stands as triage reads it: of a report by the public nobody is told what was decided."""
        if self.state != State.FED_BACK:
            return str(State(self.state).label)
        return str(_("Decided, and the referrer was told") if self.is_from_account else State.DECIDED.label)

    @property
    def state_colour(self) -> str:
        """Return the colour of the state's tag."""
        return COLOURS.get(State(self.state), "grey")

    @property
    def category_labels(self) -> list[str]:
        """Return the names of its categories."""
        return labels_of(self.categories)


@pghistory.track()
class ReferralRelative(PublicIdModel):
    """Somebody of the family or household, as the referrer knew them, in the referral of one child."""

    protected = True

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="relatives")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=Relationship.Kind)
    born_on = models.DateField(null=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    parental_responsibility = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    lives_with = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    risk_to_visitors = models.CharField(max_length=300, blank=True)

    objects = OfReferralQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"relative {self.uuid}"
