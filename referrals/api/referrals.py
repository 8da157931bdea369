"""Referring for programs: the same actions as the pages, with the same refusals."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.acting import Acting
from agencies.api.parameters import Parameters
from agencies.api.views import KEY_USED, NOT_FOUND, REFUSALS, ReadView, WriteView
from agencies.models import User
from agencies.scopes import Scope
from cases.api.idempotency import KEY, saved_once
from cases.forms.concern import colleagues
from referrals import access
from referrals.actions import life
from referrals.actions.submit import NewReferral, Relative, submit
from referrals.api.serializers import (
    SHARED,
    AnswerSerializer,
    CursorParameters,
    NewReferralSerializer,
    SentReferralSerializer,
)
from referrals.models import Referral

NO_CURSOR = _("This is no cursor of this list in this order. Start again without one.")
SENT_PAGE = inline_serializer(
    "SentReferralPage",
    {
        "next_cursor": serializers.CharField(allow_null=True, help_text="Null on the last page"),
        "results": SentReferralSerializer(many=True),
    },
)
SENT_ONCE = OpenApiParameter(
    KEY, UUID, OpenApiParameter.HEADER, description="Sent again with the same key, it is saved once"
)


class ReferralList(ReadView):
    """What one's own side sent."""

    scope = Scope.READ_REFERRALS
    parameters: ClassVar[type[Parameters]] = CursorParameters

    @extend_schema(
        operation_id="list_referrals",
        summary="How your referrals stand",
        parameters=[CursorParameters],
        responses={(200, "application/json"): SENT_PAGE} | REFUSALS,
    )
    def get(self, request: Request) -> Response:
        """Return what you or your team sent, fifty at a time: what asks for an answer, what is undecided, the rest."""
        try:
            page = access.sent(self.by, self.asked.get("cursor"), strict=True)
        except ValueError:
            raise ValidationError({"cursor": [NO_CURSOR]}) from None
        return Response({"next_cursor": page.after, "results": _shown(self.by, page.items)})


class ReferralSubmit(WriteView):
    """Sending a referral."""

    scope = Scope.REFER
    refused_as: ClassVar[str] = "referral"

    @extend_schema(
        operation_id="submit_referral",
        summary="Refer one child or several",
        request=NewReferralSerializer,
        parameters=[SENT_ONCE],
        responses={
            (201, "application/json"): SentReferralSerializer(many=True),
            (200, "application/json"): SentReferralSerializer(many=True),
        }
        | REFUSALS
        | KEY_USED,
    )
    def post(self, request: Request) -> Response:
        """Send one referral for each child, all or none. 200 where the key had sent them before."""
        sent = NewReferralSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        new = _new(sent.validated_data, self.by)

        def save() -> str:
            return str(submit(new, by=self.by)[0].bundle)

        made, before = saved_once(request, self.by.user, save)
        return Response(_shown(self.by, access.bundle(self.by, UUID(made))), status=200 if before else 201)


class ReferralDetail(ReadView):
    """One referral of one's own side."""

    scope = Scope.READ_REFERRALS

    @extend_schema(
        operation_id="get_referral",
        summary="How one referral stands",
        responses={(200, "application/json"): SentReferralSerializer} | REFUSALS | NOT_FOUND,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return how it stands, the open question, and the decision with its reasons once you were told."""
        return Response(_shown(self.by, [access.sent_referral(self.by, uuid)])[0])


class ReferralAnswer(WriteView):
    """Answering what triage asked."""

    scope = Scope.REFER
    refused_as: ClassVar[str] = "answer"

    @extend_schema(
        operation_id="answer_question",
        summary="Answer a question about a referral",
        request=AnswerSerializer,
        parameters=[SENT_ONCE],
        responses={(200, "application/json"): SentReferralSerializer} | REFUSALS | NOT_FOUND | KEY_USED,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        """Answer in your name the question that you read; a second time with the same key changes nothing.

        `version` is the one that came with the question: an answer to another question is refused.
        """
        found = access.sent_referral(self.by, uuid)
        sent = AnswerSerializer(data=request.data)
        sent.is_valid(raise_exception=True)

        def save() -> str:
            life.answer(found, text=sent.validated_data["text"], version=sent.validated_data["version"], by=self.by)
            return str(found.uuid)

        saved_once(request, self.by.user, save)
        return Response(_shown(self.by, [access.sent_referral(self.by, uuid)])[0])


def _shown(by: Acting, referrals: Sequence[Referral]) -> Any:
    context = {"questions": access.questions_of(by, referrals), "outcomes": access.outcomes_of(by, referrals)}
    return SentReferralSerializer(referrals, many=True, context=context).data


def _new(data: Mapping[str, Any], by: Acting) -> NewReferral:
    relatives = []
    for each in data["relatives"]:
        fields = {name: value for name, value in each.items() if name != "of"}
        relatives.append(Relative(fields=fields, of=frozenset(each["of"])))
    return NewReferral(
        shared={name: data[name] for name in SHARED if name in data},
        children=data["children"],
        relatives=relatives,
        to_agency=data["to_agency"],
        kept_from=_people(data["kept_from"], by),
    )


def _people(uuids: Sequence[UUID], by: Acting) -> tuple[User, ...]:
    found = tuple(colleagues(by).filter(uuid__in=uuids))
    if len(found) != len(set(uuids)):
        raise ValidationError({"kept_from": ["Somebody named here is no colleague of yours."]})
    return found
