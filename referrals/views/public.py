"""The pages for people without an account: who are you, the short form, whether it was read, confirming an address.

They set no cookie and ask for none, so a form here needs no token against forgery: there is no session to misuse.
"""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from agencies.desks import SOCIAL_CARE
from agencies.middleware import origin_of
from agencies.models import Agency
from agencies.views.attempt import attempted, form_page
from referrals import hours
from referrals.actions import public
from referrals.codes import NEXT, Outcome, Source
from referrals.forms.public import FORMS, ReportForm, StatusForm
from referrals.limits import is_from_one_address_too_often, is_too_often, minutes_to_wait
from referrals.receiving import receivers
from safeguard.audit.actor import Actor, Origin
from safeguard.common import row_security
from safeguard.common.row_security import NOBODY

JOB = "public report"


@login_not_required
@require_safe
def public_start(request: HttpRequest) -> HttpResponse:
    """Ask who somebody is, and say whom to telephone."""
    return render(request, "referrals/public/start.html", _context() | {"can_report": bool(_receivers())})


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def public_report(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a short form and take it. The receipt is the answer to the form: it stands in no address."""
    if kind not in FORMS:
        raise Http404
    found = _receivers()
    if not found:
        return render(request, "referrals/public/start.html", _context())
    form = FORMS[kind](request.POST or None, receivers=found)
    is_young = kind == Source.YOUNG
    context = _context() | {"kind": kind, "keeps": not is_young, "is_young": is_young}
    context |= {"helplines": hours.helplines(young=is_young)}
    # Only what is complete counts: mending a form, or flooding it with empty ones, shuts out nobody.
    counted = "young" if is_young else "report"
    if form.is_bound and form.is_valid() and is_from_one_address_too_often(counted, origin_of(request).address):
        return _too_often(request, "referrals/public/report.html", form, context)
    made: list[public.Receipt] = []
    if attempted(form, lambda _data: made.append(_sent(request, form))):
        return render(request, "referrals/public/receipt.html", context | {"receipt": made[0]})
    return form_page(request, "referrals/public/report.html", form, context)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def public_status(request: HttpRequest) -> HttpResponse:
    """Say whether a report was read, to whoever has its reference and secret."""
    form = StatusForm(request.POST or None)
    if form.is_bound and is_too_often("status", origin_of(request).address):
        return _too_often(request, "referrals/public/status.html", form, _context())
    found: list[public.Status] = []
    if attempted(form, lambda data: found.append(_known(data))):
        outcome = found[0].outcome
        shown: dict[str, Any] = {"status": found[0], "form": None}
        shown |= {"outcome": Outcome(outcome).label, "next": NEXT[Outcome(outcome)]} if outcome else {}
        return render(request, "referrals/public/status.html", _context() | shown)
    return form_page(request, "referrals/public/status.html", form, _context())


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def public_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then confirm a work address: mail scanners open links, and press nothing."""
    context: dict[str, Any] = _context() | {"token": token}
    if request.method != "POST":
        return render(request, "referrals/public/confirm.html", context)
    try:
        public.confirm(token, by=_nobody(request))
    except ValidationError as error:
        context |= {"problem": " ".join(error.messages)}
        return render(request, "referrals/public/confirm.html", context, status=HTTPStatus.GONE)
    return render(request, "referrals/public/confirm.html", context | {"is_confirmed": True})


def _sent(request: HttpRequest, form: ReportForm) -> public.Receipt:
    return public.report(form.report(), key=form.idempotency_key, by=_nobody(request))


def _known(data: dict[str, Any]) -> public.Status:
    found = public.status(data["reference"], data["secret"])
    if found is None:
        raise ValidationError(_("The reference and the secret do not belong together. Check both, and try again."))
    return found


def _nobody(request: HttpRequest) -> Actor:
    # Without the address: it could say who reported.
    # A signed-in person who reports here reports as anybody: the history of the rows must not say who it was.
    row_security.apply(NOBODY)
    return Actor(job=JOB, origin=Origin(channel="web", request_id=origin_of(request).request_id))


def _receivers() -> list[Agency]:
    return list(receivers())


def _context() -> dict[str, Any]:
    return {
        "read_from": hours.read_from(timezone.now()),
        # Also of those who can receive nothing now: then only the telephone is left.
        "numbers": hours.numbers(Agency.objects.active().filter(sector__code=SOCIAL_CARE).order_by("name")),
        "emergency": hours.emergency_number(),
        "helplines": hours.helplines(young=False),
        "exit_url": settings.SAFE_EXIT_URL,
        "now": timezone.now(),
    }


def _too_often(request: HttpRequest, template: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    form.full_clean()
    form.add_error(
        None,
        _("There were very many tries in a short time, so nothing was sent. Your text is kept on this page: send it"
          " again in %(minutes)d minutes, or telephone now.")
        % {"minutes": minutes_to_wait("status" if isinstance(form, StatusForm) else "report")},
    )  # fmt: skip
    return render(request, template, context | {"form": form}, status=HTTPStatus.TOO_MANY_REQUESTS)
