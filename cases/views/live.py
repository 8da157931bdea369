"""The stream that tells an open page of news, and the line in which the page says so."""

from datetime import datetime
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_safe

from agencies.request import ActingRequest
from cases import access, live
from cases.access_news import news as count_news
from safeguard.common.moments import moment

LOOK = "case.follow"
NO_CONTENT = 204  # tells a browser not to ask for the stream again


@require_GET
def stream(request: ActingRequest, uuid: UUID) -> HttpResponseBase:
    """Tell the page of each new entry that its reader may see, by its public key, as long as the page is open.

    Answers 204 to who has too many pages open, and under a web server that would be held up by a stream.
    """
    case = access.case(request.acting, uuid, look=LOOK)
    session, since = str(request.session.session_key), _since(request.GET)
    opened = live.stream_of(request.acting, case, session=session, since=since)
    if opened is None or not isinstance(request, ASGIRequest):
        return HttpResponse(status=NO_CONTENT)
    # The proxy passes each event on as it comes.
    headers = {"X-Accel-Buffering": "no"}
    return StreamingHttpResponse(live.events(opened), content_type="text/event-stream", headers=headers)


@require_safe
def news(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Answer in words how many entries are new since the page was made; nothing where none is."""
    case = access.case(request.acting, uuid, look=LOOK)
    hinted = [key for text in request.GET.getlist("entry")[: live.MOST_HINTS] if (key := _uuid(text))]
    new = count_news(request.acting, case, since=_since(request.GET), hinted=hinted)
    words = ngettext("%(count)d new entry", "%(count)d new entries", new) % {"count": new} if new else ""
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


def _since(query: QueryDict) -> datetime | None:
    return moment(query.get("since", ""))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
