"""Logging a concern for programs: the same action as the form, with the same refusals."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.acting import Acting
from agencies.api.views import KEY_USED, NOT_FOUND, REFUSALS, WriteView
from agencies.scopes import Scope
from cases import access, access_concerns
from cases.actions.children import NewChild
from cases.actions.concerns import NewConcern, log_concern
from cases.actions.injuries import MOST_MARKS, NewInjury
from cases.api.idempotency import KEY, saved_once
from cases.api.serializers import AgencySerializer, WorkerSerializer
from cases.body_map import REGIONS, InjuryKind
from cases.concern_codes import CATEGORIES, HowKnown, NextStep, Route, Worry
from cases.concern_routes import Passing
from cases.models import Child, Concern
from safeguard.common.forms.base import TEXT_LIMIT


class Choice(serializers.ChoiceField):
    """One of several codes. Its refusal does not repeat what was sent, which may be no text that can be answered."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid_choice": gettext_lazy("This is not one of the codes.")}


class InjurySerializer(serializers.Serializer[Any]):
    """A mark on the drawing of the body."""

    region = Choice(choices=[(code, str(each.label)) for code, each in REGIONS.items()])
    kind = Choice(choices=InjuryKind.choices)
    words = serializers.CharField(max_length=300)


class NewChildSerializer(serializers.Serializer[Any]):
    """A child without a record here; a name or a part of one is enough."""

    given = serializers.CharField(max_length=150, allow_blank=True, default="")
    surname = serializers.CharField(max_length=150, allow_blank=True, default="")
    born_on = serializers.DateField(required=False)
    expected_on = serializers.DateField(required=False, help_text="For an unborn child")


def _text(limit: int = TEXT_LIMIT) -> serializers.CharField:
    return serializers.CharField(max_length=limit, allow_blank=True, default="")


class NewConcernSerializer(serializers.Serializer[Any]):
    """A concern about one child: the child, what happened, when, how it is known, and what happens next."""

    child = serializers.UUIDField(required=False, help_text="A child whom you may see")
    new_child = NewChildSerializer(required=False, help_text="A child without a record, in place of `child`")
    facts = serializers.CharField(max_length=TEXT_LIMIT)
    occurred_at = serializers.DateTimeField()
    time_known = serializers.BooleanField(
        default=True, help_text="False where only the day is known: send its midnight, local time"
    )
    known_by = Choice(choices=HowKnown.choices)
    next_step = Choice(choices=NextStep.choices, help_text="You are its owner")
    next_step_reason = _text(500)
    opinion = _text()
    child_words = _text()
    place = _text(300)
    present = _text(500)
    immediate_action = _text()
    needs_to_know = _text(500)
    categories = serializers.ListField(child=Choice(choices=list(CATEGORIES)), default=[])
    worry = Choice(choices=Worry.choices, required=False, allow_null=True)
    injuries = serializers.ListField(child=InjurySerializer(), default=[], max_length=MOST_MARKS)
    past_the_team = serializers.CharField(
        max_length=500,
        allow_blank=True,
        default="",
        help_text="Why your safeguarding team cannot be reached; the concern then goes to the duty desk too",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a concern about nobody, or about two."""
        if ("child" in attrs) == ("new_child" in attrs):
            raise ValidationError({"child": [_("Give either a child or a new child.")]})
        return attrs


class ConcernSerializer(serializers.ModelSerializer[Concern]):
    """A concern as it was saved."""

    author = WorkerSerializer()
    agency = AgencySerializer(source="author_agency")
    child = serializers.UUIDField(source="child.uuid")
    team = serializers.CharField(source="team.name", help_text="The team that answers it")
    on_timeline = serializers.SerializerMethodField(help_text="Whether it joined the timeline of a case that you see")

    class Meta:
        model = Concern
        fields = ["uuid", "child", "author", "agency", "team", "recorded_at", "look_due_at", "on_timeline"]
        read_only_fields = fields

    def get_on_timeline(self, concern: Concern) -> bool:
        """Return whether it is an entry of a timeline that the caller may see."""
        return concern.case is not None and access.level(self.context["by"], concern.case) is not None


class ConcernLog(WriteView):
    """Logging a concern."""

    scope = Scope.LOG_CONCERN
    refused_as: ClassVar[str] = "concern"

    @extend_schema(
        operation_id="log_concern",
        summary="Log a concern",
        request=NewConcernSerializer,
        parameters=[
            OpenApiParameter(
                KEY, UUID, OpenApiParameter.HEADER, description="Sent again with the same key, a concern is saved once"
            )
        ],
        responses={(201, "application/json"): ConcernSerializer, (200, "application/json"): ConcernSerializer}
        | REFUSALS
        | NOT_FOUND
        | KEY_USED,
    )
    def post(self, request: Request) -> Response:
        """Log a concern in your name. 201 with what was saved; 200 where its key had saved it before."""
        sent = NewConcernSerializer(data=request.data)
        sent.is_valid(raise_exception=True)

        def save() -> str:
            return str(log_concern(_new(sent.validated_data, self.by), by=self.by).uuid)

        made, before = saved_once(request, self.by.user, save)
        found = access_concerns.concern(self.by, made)
        return Response(ConcernSerializer(found, context={"by": self.by}).data, status=200 if before else 201)


def _new(data: Mapping[str, Any], by: Acting) -> NewConcern:
    own = ("child", "new_child", "injuries", "past_the_team", "categories", "worry")
    reason = data["past_the_team"]
    passing = Passing(route=Route.UNREACHABLE, reason=reason) if reason.strip() else Passing()
    worry = data.get("worry")
    return NewConcern(
        child=_child(data, by),
        injuries=tuple(NewInjury(**each) for each in data["injuries"]),
        categories=tuple(data["categories"]),
        worry=None if worry is None else Worry(worry),
        passing=passing,
        **{name: value for name, value in data.items() if name not in own},
    )


def _child(data: Mapping[str, Any], by: Acting) -> Child | NewChild:
    if "child" in data:
        return access_concerns.child_named(by, data["child"])
    return NewChild(**data["new_child"])
