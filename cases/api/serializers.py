"""What programs see of cases and children: UUIDs only, and nothing nested that has a rule of its own.

A case names its child by UUID alone: whoever may read children asks for it.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agency, Team, User
from cases.codes import Disability
from cases.models import Case, Child, ChildIdentifier, ChildName


class AgencySerializer(serializers.ModelSerializer[Agency]):
    """An agency."""

    class Meta:
        model = Agency
        fields = ["uuid", "name"]


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team."""

    class Meta:
        model = Team
        fields = ["uuid", "name"]


class WorkerSerializer(serializers.ModelSerializer[User]):
    """A professional, as the directory names them."""

    class Meta:
        model = User
        fields = ["uuid", "name"]


class CaseSerializer(serializers.ModelSerializer[Case]):
    """A case."""

    reference = serializers.CharField(source="spoken_reference", help_text="As it is read over the phone")
    child = serializers.UUIDField(source="child.uuid", help_text="The child: see `/api/v1/children/{uuid}/`")
    lead_agency = AgencySerializer()
    allocated_team = TeamSerializer(allow_null=True)
    allocated_to = WorkerSerializer(allow_null=True)

    class Meta:
        model = Case
        fields = [
            "uuid",
            "reference",
            "child",
            "status",
            "level_of_need",
            "restricted",
            "lead_agency",
            "allocated_team",
            "allocated_to",
            "opened_at",
            "closed_at",
        ]
        read_only_fields = fields


class NameSerializer(serializers.ModelSerializer[ChildName]):
    """One name of a child, with the days between which it held."""

    kind = serializers.SerializerMethodField()

    class Meta:
        model = ChildName
        fields = ["kind", "given", "surname", "since", "until"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(["current", "known_as", "previous", "alias"]))
    def get_kind(self, name: ChildName) -> str:
        """Return the kind without the letter that sorts it: ``current``, ``known_as``, ``previous`` or ``alias``."""
        return name.kind.partition("_")[2]


class IdentifierSerializer(serializers.ModelSerializer[ChildIdentifier]):
    """A number of a child; ``verified`` says that its check digit is right."""

    class Meta:
        model = ChildIdentifier
        fields = ["kind", "value", "verified", "since", "until"]
        read_only_fields = fields


class ChildSerializer(serializers.ModelSerializer[Child]):
    """A child as a list shows them."""

    names = NameSerializer(many=True)

    class Meta:
        model = Child
        fields: list[str] = ["uuid", "names", "born_on", "expected_on", "sex"]
        read_only_fields = fields


class ChildDetailSerializer(ChildSerializer):
    """A child in full. Addresses are left out: a protected one has readers of its own."""

    identifiers = IdentifierSerializer(many=True)
    languages = serializers.ListField(child=serializers.CharField())
    disabilities = serializers.ListField(child=serializers.ChoiceField(choices=Disability.choices))

    class Meta(ChildSerializer.Meta):
        fields = [
            *ChildSerializer.Meta.fields,
            "gender",
            "ethnicity",
            "faith",
            "languages",
            "needs_interpreter",
            "disabilities",
            "identifiers",
        ]
        read_only_fields = fields


def page_of(serializer: type[serializers.BaseSerializer[Any]], name: str) -> Any:
    """Return the serializer of a page of ``serializer``'s rows, called ``name`` in the description."""
    return type(
        name,
        (serializers.Serializer,),
        {
            "__doc__": "A page of a list.",
            "count": serializers.IntegerField(help_text="Rows in all, exact up to 1,000"),
            "count_is_capped": serializers.BooleanField(help_text="Whether there are more rows than `count` says"),
            "next_cursor": serializers.CharField(allow_null=True, help_text="Null on the last page"),
            "results": serializer(many=True),
        },
    )


CasePage = page_of(CaseSerializer, "CasePage")
ChildPage = page_of(ChildSerializer, "ChildPage")
