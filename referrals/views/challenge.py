"""The pages of a professional challenge: raise it, answer it, settle it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from agencies.acting import Acting
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from referrals import access
from referrals.actions.challenges import take_challenge_step
from referrals.actions.keeping import child_of
from referrals.challenge import Kind, challenge_stages, may, next_stage
from referrals.forms.challenge import FORMS
from referrals.lifecycle import RECEIVING, Side
from referrals.models import Referral
from safeguard.common.components import Link

TITLES: Mapping[str, str | Promise] = {
    Kind.RAISE: gettext_lazy("Challenge the decision"),
    Kind.ANSWER: gettext_lazy("Answer the challenge"),
    Kind.SETTLE: gettext_lazy("Settle the challenge"),
}


@require_http_methods(["GET", "POST"])
def challenge(request: ActingRequest, uuid: UUID, kind: str) -> HttpResponse:
    """Take one step of a challenge, for whichever side may take it."""
    found, by = access.referral(request.acting, uuid), request.acting
    sides = access.sides(by, found)
    if kind not in TITLES:
        raise Http404
    if sides & RECEIVING:
        child_of(found, by=by)
    context = challenge_context(by, found)
    if kind not in {code for code, _link in context["challenge_links"]}:
        raise access.refusal(by, uuid)
    steps = context["challenge_steps"]
    form = FORMS[kind](request.POST or None, initial={"number": len(steps) + 1})

    def act(data: dict[str, Any]) -> None:
        take_challenge_step(found, Kind(kind), text=data.get("text") or "", number=data["number"], by=by)

    place = "referrals:referral" if Side.REFERRER in sides else "referrals:triage"
    if attempted(form, act):
        messages.success(request, _("It is saved, and the other side is told."))
        return redirect(place, uuid=found.uuid)
    context |= {"referral": found, "title": TITLES[kind], "place": place, "kind": kind}
    return form_page(request, "referrals/challenge.html", form, context)


def challenge_context(by: Acting, found: Referral) -> dict[str, Any]:
    """Return what a page shows of the challenge of ``found``: its steps, the stages, and what ``by`` can do."""
    steps, stages, sides = access.challenge_of(by, found), challenge_stages(), access.sides(by, found)
    above = next_stage(steps, timezone.now(), most=len(stages))
    offered = [kind for kind in Kind if may(kind, found, steps, sides, above=above)]
    return {
        "challenge_steps": steps,
        "challenge_stages": stages,
        "challenge_above": above,
        "challenge_links": [
            (kind, Link(_title(kind, above), reverse("referrals:challenge", args=[found.uuid, kind])))
            for kind in offered
        ],
    }


def _title(kind: Kind, above: int | None) -> str:
    if kind == Kind.RAISE and above and above > 1:
        return _("Go up to stage %(stage)d") % {"stage": above}
    return str(TITLES[kind])
