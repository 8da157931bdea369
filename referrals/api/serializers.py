"""What programs send and read of referrals: what their owner types and reads on the pages, and no more."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from agencies.api.parameters import Parameters
from agencies.models import Agency
from cases.api.concerns import Choice
from cases.api.serializers import AgencySerializer
from cases.concern_codes import CATEGORIES
from referrals.actions.submit import MOST_CHILDREN, MOST_RELATIVES
from referrals.lifecycle import State
from referrals.models import Referral, ReferralRelative

CHILD = (
    *("given", "surname", "alias", "born_on", "expected_on", "age_about", "sex", "gender", "ethnicity", "faith"),
    *("languages", "needs_interpreter", "nhs_number", "pupil_number", "address", "postcode", "gp", "school"),
    *("disability", "immigration", "young_carer", "child_words"),
)
SHARED = (
    *("urgency", "telephoned", "facts", "categories", "impact", "injuries", "history", "risks", "parenting"),
    *("surroundings", "strengths", "tried", "hoped", "parents_told", "consent", "consent_by", "ground"),
    *("ground_reason", "child_view", "level_of_need", "level_reason", "purpose", "agencies", "agencies_aware"),
    *("referrer_role", "referrer_phone", "knows_child", "consulted"),
)
RELATIVE = (
    *("name", "kind", "born_on", "phone", "address", "parental_responsibility", "lives_with", "risk_to_visitors"),
)


class CursorParameters(Parameters):
    """Where a page starts."""

    cursor = serializers.CharField(required=False, max_length=4_000, help_text="The `next_cursor` of the page before")


class ReferredChildSerializer(serializers.ModelSerializer[Referral]):
    """One child of a form; every field may be left out."""

    serializer_choice_field = Choice

    class Meta:
        model = Referral
        fields = CHILD

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a child who is born and not born."""
        if attrs.get("born_on") and attrs.get("expected_on"):
            raise ValidationError({"expected_on": ["A child who is born has no expected date."]})
        return attrs


class RelativeSerializer(serializers.ModelSerializer[ReferralRelative]):
    """Somebody of the family, with the places in `children` (from 0) of those whom they belong to."""

    serializer_choice_field = Choice
    of = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=MOST_CHILDREN - 1), min_length=1)

    class Meta:
        model = ReferralRelative
        fields = (*RELATIVE, "of")


class NewReferralSerializer(serializers.ModelSerializer[Referral]):
    """A form: what is said of all children, each child, the family, and who receives it."""

    serializer_choice_field = Choice
    categories = serializers.ListField(child=Choice(choices=list(CATEGORIES)), default=[])
    children = serializers.ListField(child=ReferredChildSerializer(), min_length=1, max_length=MOST_CHILDREN)
    relatives = serializers.ListField(child=RelativeSerializer(), default=[], max_length=MOST_RELATIVES)
    to_agency = serializers.UUIDField(help_text="Children’s social care of the place where the child lives")
    kept_from = serializers.ListField(
        child=serializers.UUIDField(), default=[], max_length=20, help_text="Colleagues who must never see it"
    )

    class Meta:
        model = Referral
        fields = (*SHARED, "children", "relatives", "to_agency", "kept_from")

    def validate_to_agency(self, value: Any) -> Agency:
        """Return the agency. Raises ValidationError where there is none."""
        found = Agency.objects.active().select_related("sector").filter(uuid=value).first()
        if found is None:
            raise ValidationError("There is no such agency.")
        return found


class SentReferralSerializer(serializers.ModelSerializer[Referral]):
    """How a referral of one's own side stands, and the decision with its reasons once the referrer is told."""

    reference = serializers.CharField(source="spoken_reference", help_text="As it is read over the phone")
    state = serializers.CharField(source="state_code_for_sender")
    to_agency = AgencySerializer()
    question = serializers.SerializerMethodField(help_text="What triage asks, empty unless it waits for an answer")
    version = serializers.SerializerMethodField(help_text="Sent with an answer; null unless there is a question")
    outcome = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField(help_text="Why it was decided so, in the words for the referrer")

    class Meta:
        model = Referral
        fields = (
            *("uuid", "reference", "state", "urgency", "to_agency", "received_at", "acknowledge_by"),
            *("acknowledged_at", "decide_by", "question", "version", "outcome"),
            "reasons",
        )
        read_only_fields = fields

    def get_question(self, referral: Referral) -> str:
        """Return the open question."""
        return str(self.context["questions"].get(referral.pk, ""))

    def get_version(self, referral: Referral) -> int | None:
        """Return what an answer to the open question is sent with."""
        return referral.version if referral.state == State.ASKED else None

    def get_outcome(self, referral: Referral) -> str:
        """Return the outcome's code, empty until the referrer was told."""
        told = self.context["outcomes"].get(referral.pk)
        return str(told.outcome) if told else ""

    def get_reasons(self, referral: Referral) -> str:
        """Return the reasons, empty until the referrer was told."""
        told = self.context["outcomes"].get(referral.pk)
        return str(told.text) if told else ""


class AnswerSerializer(serializers.Serializer[Any]):
    """An answer to what triage asked."""

    version = serializers.IntegerField(min_value=1, help_text="The `version` that came with the question")
    text = serializers.CharField(max_length=10_000)
