"""The practice profile's pages: what holds here and why, and what an administrator may set."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies import access
from agencies.actions.practice import change_timescale, is_changeable
from agencies.forms.practice import TimescaleForm
from agencies.models import PracticeProfile
from agencies.practice_history import steps
from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.views.attempt import attempted, form_page
from safeguard.common.pagination import CURSOR, paginate

MOST_VERSIONS = 20


@require_safe
def practice(request: ActingRequest) -> HttpResponse:
    """Show the current profile: timescales with their force and source, levels, terms, and its versions."""
    access.check_member(request.acting)
    profile = PracticeProfile.objects.current()
    timescales = list(profile.timescales.all()) if profile else []
    context = {
        "profile": profile,
        "timescales": timescales,
        "to_set": [each for each in timescales if each.needs_interval],
        "versions": PracticeProfile.objects.of_code(profile.code).select_related("made_by")[:MOST_VERSIONS]
        if profile
        else [],
        "can_configure": request.acting.can(Can.CONFIGURE),
    }
    return render(request, "agencies/practice.html", context)


@require_safe
def practice_history(request: ActingRequest) -> HttpResponse:
    """Show who changed which timescale, when and why, the newest version first."""
    access.check_member(request.acting)
    versions = PracticeProfile.objects.filter(code=settings.PRACTICE_PROFILE).select_related("made_by")
    page = paginate(versions, order=["-version"], cursor=request.GET.get(CURSOR))
    return render(request, "agencies/practice_history.html", {"page": page, "steps": steps(page.items)})


@require_safe
def glossary(request: ActingRequest) -> HttpResponse:
    """Show what the field's terms mean here, in alphabetical order; each can be linked to by its address."""
    access.check_member(request.acting)
    profile = PracticeProfile.objects.current()
    return render(request, "agencies/glossary.html", {"terms": profile.glossary if profile else []})


@require_http_methods(["GET", "POST"])
def practice_change(request: ActingRequest, code: str) -> HttpResponse:
    """Set a local timescale."""
    access.check_configures(request.acting)
    profile = PracticeProfile.objects.current()
    timescale = profile.timescales.filter(code=code).first() if profile else None
    if timescale is None or not is_changeable(timescale):
        raise access.refusal(request.acting, "practice.change")
    initial = {
        "amount": abs(timescale.amount or 0) or None,
        "unit": timescale.unit,
        "hours": timescale.hours,
        "chase_hours": timescale.chase_hours,
    }
    form = TimescaleForm(request.POST or None, timescale=timescale, initial=initial)

    def act(data: dict[str, Any]) -> None:
        change_timescale(code, form.period(), reason=data["reason"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("The new version is in force. Cases go on with the one they started under."))
        return redirect("agencies:practice")
    return form_page(request, "agencies/practice_change.html", form, {"timescale": timescale})
