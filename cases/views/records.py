"""Recording what happened with its parts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from agencies.request import ActingRequest
from cases import access
from cases.actions.records import add_record
from cases.audience import Outlook, default_for, preview
from cases.event_kinds import Kind
from cases.forms.child_protection import ConferenceForm, ReviewForm, StrategyDiscussionForm, SupervisionForm
from cases.forms.decisions import DecisionForm
from cases.forms.missing import ChildMissingForm, ChildReturnedForm
from cases.forms.records import RecordForm
from cases.forms.visits import FamilyContactForm, VisitForm
from cases.models import AccessLevel, Record
from cases.views.checked import check_page, checked_and_saved

Text = str | Promise


@dataclass(frozen=True)
class RecordPage:
    """The page that adds one kind of record: its address, form and words."""

    slug: str
    form: type[RecordForm]
    title: Text
    link: Text
    hint: Text
    done: Text
    meaning: tuple[Text, ...] = ()

    @property
    def kind(self) -> Kind:
        """Return the kind of event that decides who sees it unless somebody chooses."""
        model: type[Record] = self.form._meta.model
        return model.kinds[0]

    @property
    def name(self) -> str:
        """Return the name of the page's address within this room."""
        return f"{self.slug.replace('-', '_')}_add"

    @property
    def address(self) -> str:
        """Return the name of the page's address."""
        return f"cases:{self.name}"


PAGES = (
    RecordPage(
        "visit",
        VisitForm,
        _("Record a visit"),
        _("Visit"),
        _("Whether the child was seen, alone, and what they said"),
        _("The visit is recorded."),
    ),
    RecordPage(
        "family-contact",
        FamilyContactForm,
        _("Record a contact with the family"),
        _("Contact with the family"),
        _("A call, a message, a talk at the door"),
        _("The contact is recorded."),
    ),
    RecordPage(
        "decision",
        DecisionForm,
        _("Record a decision"),
        _("Decision"),
        _("By whom, between what, why, and how the child was told"),
        _("The decision is recorded."),
        (_("Who was for it and who was against stays on the record, with the reasons of both."),),
    ),
    RecordPage(
        "strategy-discussion",
        StrategyDiscussionForm,
        _("Record a strategy discussion"),
        _("Strategy discussion"),
        _("Who took part, and whether a section 47 enquiry begins"),
        _("The strategy discussion is recorded."),
    ),
    RecordPage(
        "conference",
        ConferenceForm,
        _("Record a child protection conference"),
        _("Child protection conference"),
        _("Initial, review or pre-birth, and what it decided"),
        _("The conference is recorded."),
    ),
    RecordPage(
        "review",
        ReviewForm,
        _("Record a review"),
        _("Review"),
        _("Of a plan, or of a looked-after child’s care"),
        _("The review is recorded."),
    ),
    RecordPage(
        "missing",
        ChildMissingForm,
        _("Record that the child is missing"),
        _("Child missing"),
        _("Where they were last seen, and whether the police know"),
        _("It is recorded that the child is missing."),
        (_("Ring the police on 999 first if the child may be in danger."),),
    ),
    RecordPage(
        "returned",
        ChildReturnedForm,
        _("Record that the child is back"),
        _("Missing child back"),
        _("Where they were, what they say, and the return interview"),
        _("The return is recorded."),
    ),
    RecordPage(
        "supervision",
        SupervisionForm,
        _("Record supervision"),
        _("Supervision"),
        _("What was talked over with a supervisor; for your own team"),
        _("The supervision is recorded."),
    ),
)


@require_http_methods(["GET", "POST"])
def record_add(request: ActingRequest, uuid: UUID, page: RecordPage) -> HttpResponse:
    """Record what the page is about on the case's timeline: the form, then who will see it, then the saving."""
    by = request.acting
    case = access.case(by, uuid, to=AccessLevel.CONTRIBUTE)
    default = default_for(page.kind, by, case)
    form = page.form(request.POST or None, by=by, case=case, default=default)
    made: list[Record] = []

    def act(_data: dict[str, Any]) -> None:
        made.append(add_record(case, form.record(), form.telling(), ask=form.asked(), by=by))

    def outlook() -> Outlook:
        return preview(case, form.chosen_audience(), by=by)

    if checked_and_saved(request, form, act, outlook):
        messages.success(request, str(page.done))
        return redirect("cases:entry", uuid=case.uuid, entry=made[0].entry.uuid)
    context = {"case": case, "page": page, "default": default, "summary": form.summary}
    return check_page(request, "cases/record_add.html", form, context, outlook)
