"""Errors of the interface for programs: problem documents (RFC 9457), in plain sentences, naming nobody."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"
# One sentence a status, whatever caused it: absent and forbidden must look the same.
SENTENCES = {
    HTTPStatus.NOT_FOUND: _("There is nothing here that you may see."),
    HTTPStatus.METHOD_NOT_ALLOWED: _("This address does not take this method."),
    HTTPStatus.NOT_ACCEPTABLE: _("Answers are JSON: ask for application/json."),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too many requests. Wait as long as the Retry-After header says."),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong here and nothing was changed. Try again later."),
}
WRONG = _("Nothing was looked up. Change these parameters: %s.")
WRONG_WHEN_SAVING = _("Nothing was saved. Change: %s.")

logger = logging.getLogger(__name__)


class ProblemSerializer(serializers.Serializer[Mapping[str, Any]]):
    """The shape of every error."""

    title = serializers.CharField(help_text="The status in words")
    status = serializers.IntegerField(help_text="The HTTP status")
    detail = serializers.CharField(help_text="What happened and what to do, for people")
    errors = serializers.DictField(  # type: ignore[assignment]  # a field of the answer, not the form's errors
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="For a bad request: what is wrong, by parameter",
    )


def problem(exc: Exception, context: Mapping[str, Any]) -> Response:
    """Return ``exc`` as a problem document; the cause of a server error goes to the log alone."""
    response = exception_handler(exc, dict(context))
    if response is None:
        logger.error("The interface for programs failed.", exc_info=exc)
        response = Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
    status = HTTPStatus(response.status_code)
    writes = getattr(context.get("request"), "method", "") == "POST"
    response.data = {"title": status.phrase, "status": status.value, **_body(exc, status, writes=writes)}
    response.content_type = CONTENT_TYPE
    return response


def _body(exc: Exception, status: HTTPStatus, *, writes: bool) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError) and isinstance(exc.detail, dict):
        errors = dict(_flat(exc.detail))
        names = ", ".join(sorted(errors))
        return {"detail": str(WRONG_WHEN_SAVING if writes else WRONG) % names, "errors": errors}
    if status in SENTENCES:
        return {"detail": str(SENTENCES[status])}
    return {"detail": str(getattr(exc, "detail", status.phrase))}


def _flat(wrong: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    # What is wrong inside of a part is named by its way there: "audience.sectors".
    for name, messages in wrong.items():
        if isinstance(messages, Mapping):
            yield from _flat(messages, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", [str(each) for each in messages]
