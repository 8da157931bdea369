"""The steps of a referral's life as pages: one for each, for whichever side may take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from agencies.acting import Acting
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from referrals import access
from referrals.actions import life
from referrals.actions.keeping import child_of
from referrals.codes import Rating
from referrals.forms.life import (
    SIGN,
    AnswerForm,
    AskForm,
    DecideForm,
    FeedBackForm,
    ReopenForm,
    SignOffForm,
    StepForm,
    TakeForm,
    WithdrawForm,
    with_version,
)
from referrals.lifecycle import RECEIVING, TRANSITIONS, Action, Side
from referrals.models import Referral
from referrals.practice import levels_of_need

Act = Callable[[Referral, Any, Acting], None]


@dataclass(frozen=True)
class StepPage:
    """A step's page: its heading, button and form, what to say when it is done, and what it does."""

    title: str | Promise
    button: str | Promise
    done: str | Promise
    act: Act
    form: type[StepForm] = StepForm
    intro: str | Promise = ""


def _acknowledge(referral: Referral, form: Any, by: Acting) -> None:
    life.acknowledge(referral, version=form.cleaned_data["version"], by=by)


def _take(referral: Referral, form: Any, by: Acting) -> None:
    data = form.cleaned_data
    life.take(referral, Rating(data["rating"]), version=data["version"], by=by)


def _ask(referral: Referral, form: Any, by: Acting) -> None:
    life.ask(referral, text=form.cleaned_data["text"], version=form.cleaned_data["version"], by=by)


def _decide(referral: Referral, form: Any, by: Acting) -> None:
    life.decide(referral, form.decision(), version=form.cleaned_data["version"], by=by)


def _sign_off(referral: Referral, form: Any, by: Acting) -> None:
    data = form.cleaned_data
    if data["answer"] == SIGN:
        life.sign_off(referral, version=data["version"], by=by)
    else:
        life.send_back(referral, text=data["text"], version=data["version"], by=by)


def _feed_back(referral: Referral, form: Any, by: Acting) -> None:
    life.feed_back(referral, reasons=form.cleaned_data["text"], version=form.cleaned_data["version"], by=by)


def _close(referral: Referral, form: Any, by: Acting) -> None:
    life.close(referral, version=form.cleaned_data["version"], by=by)


def _with_text(action: Callable[..., None]) -> Act:
    def act(referral: Referral, form: Any, by: Acting) -> None:
        action(referral, text=form.cleaned_data["text"], version=form.cleaned_data["version"], by=by)

    return act


def _reopen(referral: Referral, form: Any, by: Acting) -> None:
    data = form.cleaned_data
    life.reopen(referral, text=data["text"], urgency=data["urgency"], version=data["version"], by=by)


PAGES: Mapping[Action, StepPage] = {
    Action.ACKNOWLEDGE: StepPage(
        _("Acknowledge"),
        _("Acknowledge"),
        _("The referrer is told that you have it."),
        _acknowledge,
        intro=_("The referrer hears that somebody has read the referral. It stays in the queue."),
    ),
    Action.TAKE: StepPage(
        _("Take into triage"), _("Take it"), _("The referral is in triage, and you have it."), _take, TakeForm
    ),
    Action.ASK: StepPage(
        _("Ask for more information"), _("Ask"), _("The referrer is asked."), _ask, AskForm,
        _("The clock of the decision runs on while you wait. If a child may be in danger, telephone."),
    ),
    Action.ANSWER: StepPage(
        _("Answer the question"), _("Send the answer"), _("Your answer is sent."), _with_text(life.answer), AnswerForm
    ),
    Action.DECIDE: StepPage(_("Decide"), _("Save the decision"), _("The decision is saved."), _decide, DecideForm),
    Action.SIGN_OFF: StepPage(_("Sign off"), _("Save"), _("Saved."), _sign_off, SignOffForm),
    Action.FEED_BACK: StepPage(
        _("Tell the referrer"), _("Tell them"), _("The referrer is told."), _feed_back, FeedBackForm
    ),
    Action.CLOSE: StepPage(
        _("Close the referral"), _("Close it"), _("The referral is closed."), _close,
        intro=_("It leaves the queue. Either side can open it again."),
    ),
    Action.WITHDRAW: StepPage(
        _("Withdraw the referral"), _("Withdraw it"), _("The referral is withdrawn."), _with_text(life.withdraw),
        WithdrawForm, _("The receiving agency is told, and keeps what you sent. If a child may still need help, do not"
                        " withdraw: answer or add what you know now."),
    ),
    Action.REOPEN: StepPage(
        _("Open the referral again"), _("Open it again"), _("The referral is in the queue again."),
        _reopen, ReopenForm,
    ),
}  # fmt: skip


# What is said instead where somebody without an account reported.
WITHOUT_ACCOUNT: Mapping[Action, str | Promise] = {
    Action.ACKNOWLEDGE: _(
        "It is noted as read. Whoever reported sees that when they ask with their receipt; only a professional whose"
        " address works is written to."
    ),
    Action.DECIDE: _(
        "Nothing is sent to a member of the public or a young person: what you write for the referrer is kept with the"
        " referral. If they must hear something, and it is safe, telephone."
    ),
    Action.FEED_BACK: _(
        "Nothing is sent to a member of the public or a young person: the outcome is kept with the referral. If they"
        " must hear something, and it is safe, telephone."
    ),
}


@require_http_methods(["GET", "POST"])
def step(request: ActingRequest, uuid: UUID, action: str) -> HttpResponse:
    """Take one step of a referral's life."""
    found, page = access.referral(request.acting, uuid), PAGES.get(action)  # type: ignore[call-overload]  # a code, or nothing
    if page is None:
        raise Http404
    sides = access.sides(request.acting, found)
    if sides & RECEIVING:
        child_of(found, by=request.acting)
    if not TRANSITIONS[Action(action)].sides & sides or not is_offered(found, Action(action)):
        raise access.refusal(request.acting, uuid)
    form = with_version(page.form, request.POST, found.version)
    if attempted(form, lambda _data: page.act(found, form, request.acting)):
        messages.success(request, str(_said(found, Action(action), page.done)))
        return redirect(_place(sides), uuid=found.uuid)
    context = {
        "referral": found,
        "page": page,
        "place": _place(sides),
        "intro": _said(found, Action(action), page.intro),
        "levels": levels_of_need() if action == Action.DECIDE else (),
    }
    context |= {"question": access.last_question(request.acting, found) if action == Action.ANSWER else None}
    context |= {"proposal": access.proposal(request.acting, found) if action == Action.SIGN_OFF else None}
    return form_page(request, "referrals/step.html", form, context)


def is_offered(referral: Referral, action: Action) -> bool:
    """Return whether a step makes sense at all: nobody reads a question without an account."""
    return referral.is_from_account or action != Action.ASK


def _said(referral: Referral, action: Action, usual: str | Promise) -> str | Promise:
    return usual if referral.is_from_account else WITHOUT_ACCOUNT.get(action, usual)


def _place(sides: frozenset[Side]) -> str:
    return "referrals:referral" if Side.REFERRER in sides else "referrals:triage"
