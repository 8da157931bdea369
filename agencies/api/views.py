"""What every view of the interface for programs has in common."""

from functools import cache
from typing import Any, ClassVar, NoReturn

from django.core.exceptions import ValidationError as Refused
from django.http import Http404
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.acting import Acting
from agencies.api.parameters import Parameters
from agencies.api.problems import CONTENT_TYPE, ProblemSerializer
from agencies.scopes import Scope

# What every address may answer instead; for ``extend_schema``.
REFUSALS: dict[Any, Any] = {(status, CONTENT_TYPE): ProblemSerializer for status in (400, 401, 403, 406, 429)}
NOT_FOUND: dict[Any, Any] = {(404, CONTENT_TYPE): ProblemSerializer}
KEY_USED: dict[Any, Any] = {(422, CONTENT_TYPE): ProblemSerializer}  # where a request may name an Idempotency-Key


class ReadView(APIView):
    """A view that reads: says its ``scope`` and its ``parameters``, and answers GET and HEAD alone."""

    http_method_names = ["get", "head"]
    scope: ClassVar[Scope | None]
    parameters: ClassVar[type[Parameters]] = Parameters

    @property
    def by(self) -> Acting:
        """Return whom the request acts as."""
        acting: Acting = self.request._request.acting  # type: ignore[attr-defined]  # authentication or middleware set it
        return acting

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks and how often, then read the parameters into ``self.asked``."""
        super().initial(request, *args, **kwargs)
        self.asked = self.parameters.asked(request.query_params)


class WriteView(ReadView):
    """A view that writes: answers POST alone. What an action refuses is answered like a wrong parameter."""

    http_method_names = ["post"]
    refused_as: ClassVar[str] = "entry"  # what the problem document calls that which was refused

    def handle_exception(self, exc: Exception) -> Response:
        """Return the problem document; an action's ValidationError is the client's mistake."""
        if isinstance(exc, Refused):
            exc = ValidationError({self.refused_as: exc.messages})
        return super().handle_exception(exc)


@extend_schema(exclude=True)
class SchemaView(ReadView):
    """The description of the interface, for every signed-in member and every token."""

    scope = None
    renderer_classes = (OpenApiJsonRenderer, OpenApiJsonRenderer2)

    def get(self, request: Request) -> Response:
        """Return the OpenAPI document."""
        return Response(_description())


@extend_schema(exclude=True)
class NothingHere(ReadView):
    """Every other address: the same answer as for what one may not see."""

    scope = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks, then raise Http404, whatever the parameters."""
        super(ReadView, self).initial(request, *args, **kwargs)
        raise Http404

    def get(self, request: Request, rest: str = "") -> NoReturn:
        """Raise Http404."""
        raise Http404


@cache
def _description() -> dict[str, Any]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # drf-spectacular types a part of itself
    document: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the same
    return document
