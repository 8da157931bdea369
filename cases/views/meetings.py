"""Meetings: calling one, reading what was said beforehand, contributing, and saying what came out of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_meetings
from cases.actions.meetings import call_meeting, call_off, contribute, hold
from cases.actions.plans import agree_action
from cases.actions.records import add_record
from cases.audience import Default, Outlook, default_for, preview
from cases.event_kinds import Kind
from cases.forms.decisions import DecisionForm
from cases.forms.meetings import CallOffForm, ContributionForm, HeldForm, MeetingForm, OtherCaseForm
from cases.forms.plans import ActionForm
from cases.forms.records import RecordForm
from cases.models import AccessLevel, Case, Decision, Meeting
from cases.views.checked import check_page, checked_and_saved
from cases.views.words import Words

form_methods = require_http_methods(["GET", "POST"])
CALL = Words(
    gettext_lazy("Call a meeting"),
    gettext_lazy("Continue"),
    gettext_lazy("The meeting is on the timeline. Those who are invited get an invitation by e-mail."),
)
CONTRIBUTE = Words(
    gettext_lazy("Contribute to the meeting"),
    gettext_lazy("Continue"),
    gettext_lazy("Your contribution is on the timeline and on the meeting’s page."),
)
HELD = Words(
    gettext_lazy("Record the meeting"),
    gettext_lazy("Save"),
    gettext_lazy("The meeting is recorded. Put its decisions and actions on record now."),
)
OFF = Words(
    gettext_lazy("Call the meeting off"),
    gettext_lazy("Call it off"),
    gettext_lazy("The meeting is called off."),
    (
        gettext_lazy("Everybody who can see the meeting reads why. Contributions stay."),
        gettext_lazy("Those who are invited get an e-mail that takes the meeting out of their calendar."),
    ),
    "warning",
)
JOIN = Words(gettext_lazy("The meeting is about another child too"), gettext_lazy("Continue"), "")
DECISION = Words(
    gettext_lazy("A decision of the meeting"), gettext_lazy("Continue"), gettext_lazy("The decision is recorded.")
)
ACTION = Words(
    gettext_lazy("An action from the meeting"), gettext_lazy("Continue"), gettext_lazy("The action is agreed.")
)


@require_safe
def my_meetings(request: ActingRequest) -> HttpResponse:
    """List the meetings to come that the reader's teams are invited to."""
    context = {"planned": access_meetings.my_meetings(request.acting), "most": access_meetings.MOST_MEETINGS}
    return render(request, "cases/my_meetings.html", context)


@require_safe
def meetings(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """List the meetings about a case."""
    case = access.case(request.acting, uuid)
    context = {
        "case": case,
        "contributes": case.held_level >= AccessLevel.CONTRIBUTE,
        "meetings": access_meetings.meetings_of(request.acting, case),
        "most": access_meetings.MOST_MEETINGS,
    }
    return render(request, "cases/meetings.html", context)


@form_methods
def meeting_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Call a meeting about a case: the form, then who will see it, then the saving.

    ``with`` in the address is the meeting about another case at the same time and place.
    """
    by = request.acting
    case = access.case(by, uuid, to=AccessLevel.CONTRIBUTE)
    sitting = _sitting(request)
    default = default_for(Kind.MEETING_CALLED, by, case)
    form = MeetingForm(request.POST or None, by=by, case=case, default=default, sitting=sitting)
    made: list[Meeting] = []

    def act(_data: dict[str, Any]) -> None:
        made.append(call_meeting(case, form.meeting(), form.telling(), form.invited(), sitting=sitting, by=by))

    return _checked(request, case, form, act, CALL, default=default, meeting=lambda: made[0], sitting=sitting)


def _sitting(request: ActingRequest) -> Meeting | None:
    if not request.GET.get("with"):
        return None
    try:
        ref = UUID(request.GET["with"])
    except ValueError as error:
        raise Http404 from error
    return access_meetings.sitting(request.acting, ref)


@require_safe
def meeting(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Show a meeting: who is invited, who has said what beforehand and who has not, and what came out of it."""
    by = request.acting
    case = access.case(by, uuid)
    found = access_meetings.meeting(by, case, meeting)
    manages = access_meetings.may_manage(by, found, case.held_level)
    seats = access_meetings.seats_and_contributions(by, found)
    context = {
        "case": case,
        "meeting": found,
        "contributes": case.held_level >= AccessLevel.CONTRIBUTE,
        "seats": seats,
        "silent": [each for each in seats if each.is_silent],
        "asked_of_me": access_meetings.asked_seat(by, found),
        "also_about": access_meetings.also_about(by, found),
        "outcome": access_meetings.outcome(by, found),
        "manages": manages and found.is_planned,
        "is_over": found.planned_for <= timezone.now(),
        "today": timezone.localdate(),
    }
    return render(request, "cases/meeting.html", context)


@form_methods
def meeting_contribute(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Say before a meeting what one's team was asked for: the form, then who will see it, then the saving."""
    by = request.acting
    case = access.case(by, uuid)
    found = access_meetings.meeting(by, case, meeting)
    if access_meetings.asked_seat(by, found) is None:
        raise access.refusal(by, case)
    default = default_for(Kind.MEETING_CONTRIBUTION, by, case)
    form = ContributionForm(request.POST or None, by=by, case=case, default=default, meeting=found)

    def act(_data: dict[str, Any]) -> None:
        contribute(found, form.contribution(), form.telling(), by=by)

    return _checked(request, case, form, act, CONTRIBUTE, default=default, meeting=lambda: found)


@form_methods
def meeting_held(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Say who came to a meeting and what was talked about."""
    case, found = _managed(request, uuid, meeting)
    form = HeldForm(request.POST or None, seats=access_meetings.seats_of(request.acting, found))
    if attempted(form, lambda _data: hold(found, form.held(), by=request.acting)):
        return _done(request, found, HELD)
    return form_page(request, "cases/meeting_form.html", form, {"case": case, "meeting": found, "words": HELD})


@form_methods
def meeting_off(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Call a meeting off."""
    case, found = _managed(request, uuid, meeting)
    form = CallOffForm(request.POST or None)
    if attempted(form, lambda data: call_off(found, reason=data["reason"], by=request.acting)):
        return _done(request, found, OFF)
    return form_page(request, "cases/meeting_form.html", form, {"case": case, "meeting": found, "words": OFF})


@form_methods
def meeting_join(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Ask which other case a meeting is about as well; then a meeting of its own is called for that case."""
    case, found = _managed(request, uuid, meeting)
    form = OtherCaseForm(request.POST or None)
    if form.is_valid():
        other = access.case_by_reference(request.acting, form.cleaned_data["reference"], to=AccessLevel.CONTRIBUTE)
        if other is not None and other.pk != case.pk:
            return redirect(f"{reverse('cases:meeting_add', args=[other.uuid])}?with={found.uuid}")
        form.add_error("reference", _("There is no other case with this reference that you can call a meeting for."))
    return form_page(request, "cases/meeting_form.html", form, {"case": case, "meeting": found, "words": JOIN})


@form_methods
def meeting_decision(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Put a decision of a meeting on record."""
    by = request.acting
    case, found = _contributed(request, uuid, meeting)
    default = default_for(Kind.DECISION, by, case)
    form = DecisionForm(request.POST or None, by=by, case=case, default=default)

    def act(_data: dict[str, Any]) -> None:
        decision = form.record()
        if isinstance(decision, Decision):
            decision.meeting = found
        add_record(case, decision, form.telling(), ask=form.asked(), by=by)

    return _checked(request, case, form, act, DECISION, default=default, meeting=lambda: found)


@form_methods
def meeting_action(request: ActingRequest, uuid: UUID, meeting: UUID) -> HttpResponse:
    """Agree an action that comes out of a meeting."""
    by = request.acting
    case, found = _contributed(request, uuid, meeting)
    default = default_for(Kind.ACTION_AGREED, by, case)
    form = ActionForm(request.POST or None, by=by, case=case, default=default)

    def act(_data: dict[str, Any]) -> None:
        action = form.action()
        action.meeting = found
        agree_action(case, action, form.telling(), owner=form.chosen_owner(), plan=None, by=by)

    return _checked(request, case, form, act, ACTION, default=default, meeting=lambda: found)


def _managed(request: ActingRequest, uuid: UUID, ref: UUID) -> tuple[Case, Meeting]:
    """Return a case and a planned meeting about it of which the person may say what became. Raises Http404."""
    case, found = _contributed(request, uuid, ref)
    if not (found.is_planned and access_meetings.may_manage(request.acting, found, case.held_level)):
        raise access.refusal(request.acting, case)
    return case, found


def _contributed(request: ActingRequest, uuid: UUID, ref: UUID) -> tuple[Case, Meeting]:
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    return case, access_meetings.meeting(request.acting, case, ref)


def _done(request: ActingRequest, meeting: Meeting, words: Words) -> HttpResponse:
    messages.success(request, str(words.done))
    return redirect("cases:meeting", uuid=meeting.case.uuid, meeting=meeting.uuid)


def _checked(
    request: ActingRequest,
    case: Case,
    form: RecordForm,
    act: Any,
    words: Words,
    *,
    default: Default,
    meeting: Any,
    sitting: Meeting | None = None,
) -> HttpResponse:
    """Return the page of a form with an audience, its check page, or the way to the meeting that ``meeting`` gives."""

    def outlook() -> Outlook:
        return preview(case, form.chosen_audience(), by=request.acting)

    if checked_and_saved(request, form, act, outlook):
        return _done(request, meeting(), words)
    context = {"case": case, "words": words, "default": default, "summary": form.summary, "sitting": sitting}
    return check_page(request, "cases/meeting_write.html", form, context, outlook)
