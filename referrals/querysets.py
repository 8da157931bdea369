"""How the tables of referrals are asked: every list starts from ``visible_to``."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from agencies.roles import Can
from cases.querysets import CaseQuerySet

if TYPE_CHECKING:
    from agencies.acting import Acting
    from referrals.models import Acceptance, PublicReporter, Referral, ReferralDraft, ReferralStep, TriageNote  # noqa: F401  (named in the type arguments below)

# Steps that the side that referred is not shown; the policy of migration 0007 names the same two.
INSIDE = ("propose", "send_back")
Row_co = TypeVar("Row_co", bound=Model, covariant=True)
# Who works on what a receiving agency is sent; the policies of migration 0001 name the same two.
RECEIVES = frozenset({Can.TRIAGE, Can.MANAGE_WORK})


def visible_referrals(by: "Acting") -> Q:
    """Return the condition on a referral: the rule of docs/access.md."""
    own = Q(submitted_by=by.user_id, from_agency=by.agency_id)
    received = Q(to_agency=by.agency_id) if RECEIVES & by.capabilities else Q(pk__in=[])
    return (own | Q(from_team__in=by.team_ids) | received) & ~_kept_from(by)


def _kept_from(by: "Acting") -> Q:
    """Return the condition that ``by`` is kept from a referral, or out of a case of the child that it led to."""
    kept: Any = apps.get_model("referrals", "Referral").kept_from.through.objects.filter(user=by.user_id)
    excluded: Any = QuerySet(apps.get_model("cases", "CaseExclusion")).filter(user=by.user_id)
    accepted: Any = QuerySet(apps.get_model("referrals", "Acceptance")).filter(child__in=excluded.values("child"))
    return Q(pk__in=kept.values("referral")) | Q(pk__in=accepted.values("referral"))


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

    def waiting(self) -> Self:
        """Return those that are neither closed nor withdrawn."""
        return self.exclude(state__in=["closed", "withdrawn"])

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
