"""How the tables of referrals are asked: every list starts from ``visible_to``."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db.models import BooleanField, Case, Exists, Func, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.lookups import Exact

from agencies.roles import Can
from cases.querysets import CaseQuerySet

if TYPE_CHECKING:
    from agencies.acting import Acting
    from referrals.models import (  # noqa: F401  (named in the type arguments below)
        Acceptance,
        AgencyCheck,
        PublicReporter,
        Referral,
        ReferralDraft,
        ReferralHold,
        ReferralStep,
        TriageNote,
    )

# Steps that the side that referred is not shown; the policy of migration 0007 names the same two.
INSIDE = ("propose", "send_back")
Row_co = TypeVar("Row_co", bound=Model, covariant=True)
# Who works on what a receiving agency is sent; the policies of migration 0001 name the same two.
RECEIVES = frozenset({Can.TRIAGE, Can.MANAGE_WORK})
# Who answers what triage asks of an agency; the policies of migration 0016 name the same two.
ANSWERS_CHECKS = frozenset({Can.LEAD_SAFEGUARDING, Can.MANAGE_WORK})


def visible_referrals(by: "Acting") -> Q:
    """Return the condition on a referral: the rule of docs/access.md."""
    own = Q(submitted_by=by.user_id, from_agency=by.agency_id)
    received = Q(to_agency=by.agency_id) if RECEIVES & by.capabilities else Q(pk__in=[])
    return (own | Q(from_team__in=by.team_ids) | received) & ~_kept_from(by)


def _kept_from(by: "Acting") -> Q:
    """Return the condition that ``by`` is kept from a referral, or out of a case of the child that it led to.

    Or for now, while its child may be one from whose case they are kept out.
    """
    kept: Any = apps.get_model("referrals", "Referral").kept_from.through.objects.filter(user=by.user_id)
    excluded: Any = QuerySet(apps.get_model("cases", "CaseExclusion")).filter(user=by.user_id)
    accepted: Any = QuerySet(apps.get_model("referrals", "Acceptance")).filter(child__in=excluded.values("child"))
    held: Any = QuerySet(apps.get_model("referrals", "ReferralHold")).filter(_holds(), person=by.user_id)
    return Q(pk__in=kept.values("referral")) | Q(pk__in=accepted.values("referral")) | Q(pk__in=held.values("referral"))


def _holds() -> Q:
    lifted = Func("referral", "child", function="referrals_hold_is_lifted", output_field=BooleanField())
    return ~Q(choice="not_same") & Q(Exact(lifted, Value(value=False)))


class ReferralQuerySet(QuerySet["Referral"]):
    """Referrals."""

    def visible_to(self, by: "Acting") -> Self:
        """Return those that ``by`` sent, whose team did, or that their agency received and they work on."""
        return self.filter(visible_referrals(by)) if by.works_with_cases else self.none()

    def received_by(self, by: "Acting") -> Self:
        """Return those in the queue of the agency that ``by`` acts for, where they work on it."""
        if not (by.works_with_cases and RECEIVES & by.capabilities):
            return self.none()
        return self.filter(~_kept_from(by), to_agency=by.agency_id)

    def with_holds(self, by: "Acting") -> Any:
        """Return them with ``has_holds``, whether somebody is kept out for now, and ``has_checks``.

        The latter is whether other agencies were asked; both as far as ``by`` may know.
        """
        holds: Any = apps.get_model("referrals", "ReferralHold")
        checks: Any = QuerySet(apps.get_model("referrals", "AgencyCheck")).filter(referral=OuterRef("pk"))
        return self.annotate(
            has_checks=Exists(checks),
            has_holds=Exists(ReferralHoldQuerySet(holds).visible_to(by).filter(referral=OuterRef("pk"), choice="")),
        )

    def waiting(self) -> Self:
        """Return those that are neither closed nor withdrawn."""
        return self.exclude(state__in=["closed", "withdrawn"])

    def ended(self) -> Self:
        """Return those that are closed or withdrawn."""
        return self.filter(state__in=["closed", "withdrawn"])

    def with_rank(self) -> Self:
        """Return them with ``rank``, by which a sender's list is sorted: asked (0), undecided (1), all others (2)."""
        asked = When(state="asked", then=Value(0))
        undecided = When(state__in=["submitted", "acknowledged", "in_triage", "proposed"], then=Value(1))
        return self.annotate(rank=Case(asked, undecided, default=Value(2)))

    def sent_by(self, by: "Acting") -> Self:
        """Return those of ``by``'s side: that they or one of their teams sent."""
        own = Q(submitted_by=by.user_id, from_agency=by.agency_id)
        return self.filter(own | Q(from_team__in=by.team_ids))


class OfReferralQuerySet(QuerySet[Row_co]):
    """What belongs to a referral, and is seen with it."""

    def visible_to(self, by: "Acting") -> Self:
        """Return what belongs to referrals that ``by`` sees."""
        if not by.works_with_cases:
            return self.none()
        model: Any = apps.get_model("referrals", "Referral")
        return self.filter(referral__in=QuerySet(model).filter(visible_referrals(by)).values("pk"))


class ReferralStepQuerySet(OfReferralQuerySet["ReferralStep"]):
    """What happened to referrals."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the steps of referrals that ``by`` sees; how a decision was signed only to the receiving side."""
        model: Any = apps.get_model("referrals", "Referral")
        received = ReferralQuerySet(model).received_by(by).values("pk")
        return super().visible_to(by).filter(~Q(action__in=INSIDE) | Q(referral__in=received))


class TriageNoteQuerySet(QuerySet["TriageNote"]):
    """What triage notes for itself."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the notes on what ``by``'s agency received and they work on."""
        model: Any = apps.get_model("referrals", "Referral")
        received = ReferralQuerySet(model).received_by(by)
        return self.filter(referral__in=received.values("pk"))


class PublicReporterQuerySet(QuerySet["PublicReporter"]):
    """Who sent referrals without an account."""

    def visible_to(self, by: "Acting") -> Self:
        """Return those of what ``by``'s agency received and they work on."""
        model: Any = apps.get_model("referrals", "Referral")
        return self.filter(referral__in=ReferralQuerySet(model).received_by(by).values("pk"))


class ReferralHoldQuerySet(QuerySet["ReferralHold"]):
    """Who is kept out of referrals for now."""

    def visible_to(self, by: "Acting") -> Self:
        """Return those on what ``by``'s agency received and they work on; of their own those that were lifted."""
        model: Any = apps.get_model("referrals", "Referral")
        received = self.filter(referral__in=ReferralQuerySet(model).received_by(by).values("pk"))
        return received.filter(~Q(person=by.user_id) | Q(choice="not_same"))


class AgencyCheckQuerySet(QuerySet["AgencyCheck"]):
    """What triage asked other agencies."""

    def visible_to(self, by: "Acting") -> Self:
        """Return what ``by`` asked or may answer."""
        return self.asked_by_triage(by) | self.asked_of(by)

    def asked_by_triage(self, by: "Acting") -> Self:
        """Return what was asked about referrals that ``by``'s agency received and they work on."""
        model: Any = apps.get_model("referrals", "Referral")
        return self.filter(referral__in=ReferralQuerySet(model).received_by(by).values("pk"))

    def asked_of(self, by: "Acting") -> Self:
        """Return what ``by``'s agency is asked, where they answer for it and are not kept out of the referral."""
        if not (by.works_with_cases and ANSWERS_CHECKS & by.capabilities):
            return self.none()
        model: Any = apps.get_model("referrals", "Referral")
        kept: Any = QuerySet(model).filter(_kept_from(by)).values("pk")
        return self.filter(agency=by.agency_id).exclude(referral__in=kept)


class AcceptanceQuerySet(QuerySet["Acceptance"]):
    """Which cases referrals became part of."""

    def visible_to(self, by: "Acting") -> Self:
        """Return those of what ``by``'s agency received, and those of referrals and cases that they see."""
        model: Any = apps.get_model("referrals", "Referral")
        if not by.works_with_cases:
            return self.none()
        received = ReferralQuerySet(model).received_by(by).values("pk")
        seen: Any = QuerySet(model).filter(visible_referrals(by)).values("pk")
        cases = CaseQuerySet(apps.get_model("cases", "Case")).visible_to(by).values("pk")
        return self.filter(Q(referral__in=received) | Q(referral__in=seen, case__in=cases))


class ReferralDraftQuerySet(QuerySet["ReferralDraft"]):
    """Drafts of referrals."""

    def visible_to(self, by: "Acting") -> Self:
        """Return ``by``'s own, of the agency that they act for."""
        return self.filter(user=by.user_id, agency=by.agency_id) if by.can(Can.REFER) else self.none()
