"""A timeline for programs: reading it, adding an entry, and confirming that an agency has read one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.acting import Acting
from agencies.api.pages import after
from agencies.api.parameters import PageParameters, Parameters
from agencies.api.views import KEY_USED, NOT_FOUND, REFUSALS, ReadView, WriteView
from agencies.models import Agency, Sector
from agencies.scopes import Scope
from cases import access, access_timeline, timeline
from cases.access import Position
from cases.access_timeline import TimelineFilters
from cases.actions.entries import add_entry
from cases.actions.receipts import confirm
from cases.api.idempotency import KEY, saved_once
from cases.api.serializers import AgencySerializer, WorkerSerializer
from cases.audience import Candidate, Reach, candidates, default_for, named
from cases.event_kinds import Kind, kinds_by_hand
from cases.models import AccessLevel, Case, EntryReceipt, EntryRemark, Sensitivity, TimelineEntry
from safeguard.common.forms.base import TEXT_LIMIT
from safeguard.common.pagination import seal

MOST_NAMED = 100


# --- What is read ---------------------------------------------------------------------------------


class RemarkSerializer(serializers.ModelSerializer[EntryRemark]):
    """What stands beside an entry: another agency's dispute, or the reason of a changed audience."""

    author = WorkerSerializer()
    agency = AgencySerializer(source="author_agency")

    class Meta:
        model = EntryRemark
        fields = ["kind", "text", "author", "agency", "made_at"]
        read_only_fields = fields


class ReceiptSerializer(serializers.ModelSerializer[EntryReceipt]):
    """An agency that is asked to confirm that it has read an entry; null until it has."""

    agency = AgencySerializer()

    class Meta:
        model = EntryReceipt
        fields = ["agency", "asked_at", "confirmed_at"]
        read_only_fields = fields


class EntrySerializer(serializers.ModelSerializer[TimelineEntry]):
    """An entry of a timeline."""

    author = WorkerSerializer(allow_null=True, help_text="Null for what the clock did")
    agency = AgencySerializer(source="author_agency")

    class Meta:
        model = TimelineEntry
        fields = [
            "uuid",
            "kind",
            "occurred_at",
            "recorded_at",
            "author",
            "agency",
            "sensitivity",
            "title",
            "body",
            "child_words",
            "significance",
            "action_taken",
            "matters_to_plan",
            "before_birth",
            "correction_reason",
        ]
        read_only_fields = fields


class DetailSerializer(serializers.Serializer[Any]):
    """One part of what was recorded beside an entry, such as whether the child was seen alone."""

    question = serializers.CharField(source="key")
    answer = serializers.CharField(source="value")


class ShownSerializer(serializers.Serializer[Any]):
    """An entry with what stands beside it."""

    uuid = serializers.UUIDField(source="entry.uuid")
    entry = EntrySerializer()
    visible_to = serializers.CharField(source="audience", help_text="Who may see it, in words")
    corrects = serializers.UUIDField(source="corrected.uuid", default=None, help_text="The entry that it supersedes")
    corrected_by = serializers.SerializerMethodField(help_text="The entries that supersede it")
    remarks = RemarkSerializer(many=True)
    receipts = ReceiptSerializer(many=True)
    details = DetailSerializer(source="rows", many=True, help_text="The parts of a visit, a decision, a plan and so on")

    def get_corrected_by(self, shown: access_timeline.Shown) -> list[UUID]:
        """Return the keys of its corrections, oldest first."""
        return [each.uuid for each in shown.corrections]


class TimelinePage(serializers.Serializer[Any]):
    """A page of a timeline. It says nothing of how many entries there are."""

    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page")
    results = ShownSerializer(many=True)


class TimelineParameters(PageParameters):
    """What a timeline is narrowed to."""

    kind = serializers.SlugField(required=False, max_length=40, help_text="As entries name it, such as `contact`")
    sector = serializers.SlugField(required=False, max_length=50, help_text="Code of the sector that recorded it")
    since = serializers.DateTimeField(required=False, help_text="Happened at or after")
    until = serializers.DateTimeField(required=False, help_text="Happened before")
    recorded_since = serializers.DateTimeField(
        required=False, help_text="Recorded after, by others: what is new to the holder"
    )
    matters_to_plan = serializers.BooleanField(required=False)
    words = serializers.CharField(required=False, max_length=200, help_text="Full text search")

    def validate_kind(self, kind: str) -> str:
        """Refuse a kind that does not exist: a misspelt filter must not look like an empty timeline."""
        return _known(kind, list(Kind))


def _known(kind: str, kinds: list[Kind]) -> str:
    if kind not in kinds:
        raise ValidationError(_("Choose one of: %s.") % ", ".join(kinds))
    return kind


class Timeline(ReadView):
    """The entries of a case."""

    scope = Scope.READ_TIMELINE
    parameters: ClassVar[type[Parameters]] = TimelineParameters

    @extend_schema(
        operation_id="list_entries",
        summary="Read a timeline",
        parameters=[TimelineParameters],
        responses={200: TimelinePage} | REFUSALS | NOT_FOUND,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """The entries that you may see, newest first, a page at a time."""
        case, asked = access.case(self.by, uuid), self.asked
        purpose, limit = f"api.timeline {case.uuid}", asked["limit"]
        start = after(asked.get("cursor"), purpose, 2)
        found = access_timeline.entry_ids(
            self.by, case, _filters(asked), after=Position(*start) if start else None, limit=limit + 1
        )
        shown = access_timeline.shown(self.by, found[:limit], new_since=None)
        cursor = seal(found[limit - 1], purpose) if len(found) > limit else None
        return Response({"next_cursor": cursor, "results": ShownSerializer(shown, many=True).data})


def _filters(asked: Mapping[str, Any]) -> TimelineFilters:
    return TimelineFilters(
        kinds=[asked["kind"]] if "kind" in asked else None,
        sector=asked.get("sector"),
        since=asked.get("since"),
        until=asked.get("until"),
        recorded_since=asked.get("recorded_since"),
        matters=asked.get("matters_to_plan", False),
        words=asked.get("words", ""),
    )


class Entry(ReadView):
    """One entry."""

    scope = Scope.READ_TIMELINE

    @extend_schema(
        operation_id="get_entry", summary="Read an entry", responses={200: ShownSerializer} | REFUSALS | NOT_FOUND
    )
    def get(self, request: Request, uuid: UUID, entry: UUID) -> Response:
        """One entry. What does not exist and what you may not see are answered alike."""
        return Response(_shown(self.by, access.case(self.by, uuid), entry))


def _shown(by: Acting, case: Case, entry: UUID) -> Any:
    (shown,) = access_timeline.beside(by, [access_timeline.entry(by, case, entry)], new_since=None)
    return ShownSerializer(shown).data


# --- What is written ------------------------------------------------------------------------------


class AudienceSerializer(serializers.Serializer[Any]):
    """Who may see an entry. The author's team always can."""

    reach = serializers.ChoiceField(choices=Reach.choices)
    sectors = serializers.SlugRelatedField(
        slug_field="code", queryset=Sector.objects.all(), many=True, required=False, help_text="For the reach `sectors`"
    )
    named = serializers.ListField(
        child=serializers.RegexField(r"^(agency|team|user):[0-9a-f-]{36}$"),
        default=[],
        max_length=MOST_NAMED,
        help_text="For the reach `named`: `agency:`, `team:` or `user:` with the UUID of one on the case",
    )
    sensitivity = serializers.ChoiceField(choices=Sensitivity.choices, default=Sensitivity.ORDINARY)
    family_may_see = serializers.BooleanField(default=False)
    placeholder = serializers.BooleanField(default=False, help_text="Others may know that your team holds something")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a reach without anybody in it."""
        attrs.setdefault("sectors", [])
        for reach in (Reach.SECTORS, Reach.NAMED):
            if attrs["reach"] == reach and not attrs[reach.value]:
                raise ValidationError({reach.value: [_("Name at least one.")]})
        return attrs


class NewEntrySerializer(serializers.Serializer[Any]):
    """An entry to add."""

    kind = serializers.SlugField(max_length=40, help_text="Such as `note`, `contact`, `health_event` or `strength`")
    occurred_at = serializers.DateTimeField()
    title = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=TEXT_LIMIT, allow_blank=True, default="")
    child_words = serializers.CharField(max_length=TEXT_LIMIT, allow_blank=True, default="")
    significance = serializers.CharField(max_length=TEXT_LIMIT, allow_blank=True, default="")
    action_taken = serializers.CharField(max_length=TEXT_LIMIT, allow_blank=True, default="")
    matters_to_plan = serializers.BooleanField(default=False)
    before_birth = serializers.BooleanField(default=False)
    audience = AudienceSerializer(required=False, help_text="Without it the default of the kind and your sector")
    ask = serializers.ListField(
        child=serializers.UUIDField(), default=[], max_length=MOST_NAMED, help_text="Agencies that are asked to confirm"
    )

    def validate_kind(self, kind: str) -> str:
        """Refuse a kind that nobody writes by hand."""
        return _known(kind, kinds_by_hand())


class EntryAdd(WriteView):
    """Adding an entry."""

    scope = Scope.WRITE_TIMELINE

    @extend_schema(
        operation_id="add_entry",
        summary="Add an entry",
        request=NewEntrySerializer,
        parameters=[
            OpenApiParameter(
                KEY, UUID, OpenApiParameter.HEADER, description="Sent again with the same key, an entry is added once"
            )
        ],
        responses={(201, "application/json"): ShownSerializer, (200, "application/json"): ShownSerializer}
        | REFUSALS
        | NOT_FOUND
        | KEY_USED,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        """Add an entry in your name. 201 with the entry; 200 where its key had added it before."""
        case = access.case(self.by, uuid, to=AccessLevel.CONTRIBUTE)
        sent = NewEntrySerializer(data=request.data)
        sent.is_valid(raise_exception=True)

        def save() -> str:
            return str(_added(case, sent.validated_data, self.by).uuid)

        made, before = saved_once(request, self.by.user, save)
        return Response(_shown(self.by, case, UUID(made)), status=200 if before else 201)


def _added(case: Case, data: Mapping[str, Any], by: Acting) -> TimelineEntry:
    known = {each.key: each for each in candidates(access.who_can_see(by, case))}
    kind = Kind(data["kind"])
    facts = {name: value for name, value in data.items() if name not in ("kind", "audience", "ask")}
    audience = _audience(data["audience"], known) if "audience" in data else _default(kind, case, by)
    event = timeline.Event(kind=kind, audience=audience, **facts)
    return add_entry(case, event, ask=_agencies(data["ask"], known), by=by)


def _default(kind: Kind, case: Case, by: Acting) -> timeline.Audience:
    default = default_for(kind, by, case)
    sectors = Sector.objects.filter(code__in=default.sectors)
    sensitivity = Sensitivity(min(int(default.sensitivity), by.clearance))
    return timeline.Audience(mask=_mask(default.reach, sectors), sensitivity=sensitivity)


def _audience(data: Mapping[str, Any], known: Mapping[str, Candidate]) -> timeline.Audience:
    unknown = [key for key in data["named"] if key not in known]
    if unknown:
        raise ValidationError({"audience.named": [_("Not on this case, as far as you may know: %s") % unknown[0]]})
    chosen = [known[key] for key in data["named"]] if data["reach"] == Reach.NAMED else []
    return replace(
        named(chosen),
        mask=_mask(data["reach"], data["sectors"]),
        sensitivity=Sensitivity(data["sensitivity"]),
        family=data["family_may_see"],
        placeholder=data["placeholder"] and data["reach"] != Reach.EVERYBODY,
    )


def _mask(reach: str, sectors: Any) -> int:
    if reach == Reach.EVERYBODY:
        return timeline.EVERY_SECTOR
    return sum({sector.mask for sector in sectors}) if reach == Reach.SECTORS else timeline.AUTHORS_TEAM_ONLY


def _agencies(asked: list[UUID], known: Mapping[str, Candidate]) -> list[Agency]:
    agencies = {each.who.uuid: each.who for each in known.values() if isinstance(each.who, Agency)}
    unknown = [each for each in asked if each not in agencies]
    if unknown:
        raise ValidationError({"ask": [_("Not on this case, as far as you may know: %s") % unknown[0]]})
    return [agencies[each] for each in asked]


class EntryAcknowledge(WriteView):
    """Confirming that an agency has read an entry."""

    scope = Scope.WRITE_TIMELINE

    @extend_schema(
        operation_id="acknowledge_entry",
        summary="Acknowledge an entry",
        request=None,
        responses={200: ShownSerializer} | REFUSALS | NOT_FOUND,
    )
    def post(self, request: Request, uuid: UUID, entry: UUID) -> Response:
        """Confirm for your agency that it has read an entry. 404 where it was not asked; again changes nothing."""
        case = access.case(self.by, uuid)
        confirm(case, access_timeline.entry(self.by, case, entry), by=self.by)
        return Response(_shown(self.by, case, entry))
