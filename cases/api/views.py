"""Cases and children for programs: the same doors as the pages, so the same rows, counts and refusals."""

from typing import ClassVar
from uuid import UUID

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api.pages import after, page
from agencies.api.parameters import PageParameters, Parameters
from agencies.api.views import NOT_FOUND, REFUSALS, ReadView
from agencies.scopes import Scope
from cases import access, access_child
from cases.access import COUNT_CAP, Filters, Position
from cases.api.parameters import ORDERS, CaseParameters, filters
from cases.api.serializers import CasePage, CaseSerializer, ChildDetailSerializer, ChildPage, ChildSerializer


class CaseList(ReadView):
    """The cases that one may see."""

    scope = Scope.READ_CASES
    parameters: ClassVar[type[Parameters]] = CaseParameters

    @extend_schema(
        operation_id="list_cases",
        summary="List cases",
        parameters=[CaseParameters],
        responses={200: CasePage} | REFUSALS,
    )
    def get(self, request: Request) -> Response:
        """The cases that you may see, a page at a time."""
        asked = self.asked
        order, limit, wanted = asked["order"], asked["limit"], filters(asked, self.by)
        purpose = f"api.cases,{order}"
        start = after(asked.get("cursor"), purpose, 2)
        position = Position(*start) if start else None
        found = access.case_page(self.by, order=ORDERS[order], filters=wanted, after=position, limit=limit + 1)
        shown = found[:limit]
        count = access.case_count(self.by, wanted)
        rows = CaseSerializer(access.cases_at(shown, self.by), many=True)
        last = shown[-1] if len(found) > limit else None
        return Response(page(rows, last=last, purpose=purpose, count=count, cap=COUNT_CAP))


class CaseDetail(ReadView):
    """One case."""

    scope = Scope.READ_CASES

    @extend_schema(
        operation_id="get_case", summary="Read a case", responses={200: CaseSerializer} | REFUSALS | NOT_FOUND
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """One case. What does not exist and what you may not see are answered alike."""
        return Response(CaseSerializer(access.case(self.by, uuid)).data)


class ChildList(ReadView):
    """The children of the cases that one may see."""

    scope = Scope.READ_CHILDREN
    parameters: ClassVar[type[Parameters]] = PageParameters
    wanted = Filters(latest_of_child=True)

    @extend_schema(
        operation_id="list_children",
        summary="List children",
        parameters=[PageParameters],
        responses={200: ChildPage} | REFUSALS,
    )
    def get(self, request: Request) -> Response:
        """The children of the cases that you may see, by latest activity, a page at a time."""
        purpose, limit = "api.children", self.asked["limit"]
        start = after(self.asked.get("cursor"), purpose, 2)
        position = Position(*start) if start else None
        found = access.case_page(self.by, filters=self.wanted, after=position, limit=limit + 1)
        shown = found[:limit]
        count = access.case_count(self.by, self.wanted)
        rows = ChildSerializer(access.children_at(shown, self.by), many=True)
        last = shown[-1] if len(found) > limit else None
        return Response(page(rows, last=last, purpose=purpose, count=count, cap=COUNT_CAP))


class ChildDetail(ReadView):
    """One child."""

    scope = Scope.READ_CHILDREN

    @extend_schema(
        operation_id="get_child", summary="Read a child", responses={200: ChildDetailSerializer} | REFUSALS | NOT_FOUND
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """One child. What does not exist and what you may not see are answered alike."""
        found = access_child.child(self.by, uuid)
        prefetch_related_objects([found], "names", "identifiers")
        return Response(ChildDetailSerializer(found).data)
