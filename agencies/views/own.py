"""Everybody's own pages: profile, memberships, and the agency that one acts for."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from agencies.acting import SESSION_KEY
from agencies.actions import profile as actions
from agencies.forms.people import ProfileForm, SwitchForm
from agencies.models import Membership, MembershipState
from agencies.request import ActingRequest
from agencies.sign_in import proof
from agencies.views.attempt import attempted, form_page

WANTED = "to"
NEEDS_PROOF = _lazy(
    "Your organisation’s sign-in opens Safeguard for that organisation only. To act for another agency, confirm"
    " that it’s you with your Safeguard password and a second step, or with a passkey."
)


@require_safe
def profile(request: ActingRequest) -> HttpResponse:
    """Show what the person says of themself and where they work."""
    return render(request, "agencies/profile.html", {"person": request.acting.user})


@require_http_methods(["GET", "POST"])
def profile_change(request: ActingRequest) -> HttpResponse:
    """Change one's name and work phone."""
    user = request.acting.user
    form = ProfileForm(request.POST or None, initial={"name": user.name, "phone": user.phone})
    if attempted(form, lambda data: actions.change_profile(**data, by=request.acting)):
        messages.success(request, _("Your details are saved."))
        return redirect("agencies:profile")
    return form_page(request, "agencies/profile_change.html", form)


@require_safe
def memberships(request: ActingRequest) -> HttpResponse:
    """List one's own memberships: those that hold or will hold, and those that are over."""
    own = list(Membership.objects.of(request.acting.user).with_people().order_by("-since"))
    over = [membership for membership in own if membership.state == MembershipState.ENDED]
    context = {"present": [membership for membership in own if membership not in over], "past": over}
    return render(request, "agencies/memberships.html", context)


@require_http_methods(["GET", "POST"])
def switch(request: ActingRequest) -> HttpResponse:
    """Choose which of one's agencies to act for."""
    acting, wanted = request.acting, request.GET.get(WANTED)
    if wanted and (step := proof.step_out(request)):
        return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
    form = SwitchForm(request.POST or None, by=acting, initial={"membership": wanted or acting.membership_uuid})
    if form.is_valid() and _needs_proof(request, form.cleaned_data["membership"]):
        messages.warning(request, NEEDS_PROOF)
        query = urlencode({WANTED: form.cleaned_data["membership"].uuid})
        return redirect(f"{reverse('agencies:switch')}?{query}")

    def act_for(data: dict[str, Any]) -> None:
        request.session[SESSION_KEY] = actions.act_for(data["membership"], by=acting)

    if attempted(form, act_for):
        name = form.cleaned_data["membership"].agency.name
        messages.success(request, _("You now act for %(agency)s.") % {"agency": name})
        return redirect("home")
    return form_page(request, "agencies/switch.html", form)


def _needs_proof(request: ActingRequest, membership: Membership) -> bool:
    return proof.confined_to(request) not in (None, str(membership.agency.uuid))
