"""Logging a concern and reading it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.views.attempt import attempted, form_page
from cases import access, access_attachments, access_child, access_concerns
from cases.access import Filters, Position
from cases.access_concerns import FOUND_AT_MOST, LISTED
from cases.actions.attachments import may_attach
from cases.actions.concern_links import link_concern, reader_teams
from cases.actions.concerns import log_concerns
from cases.actions.drafts import finish_draft
from cases.audience import Outlook, default_for, preview
from cases.body_map import figures
from cases.event_kinds import Kind
from cases.forms.concern import OFFERED, ConcernForm
from cases.forms.concern_link import ConcernLinkForm
from cases.forms.known import was_asked
from cases.forms.named_child import NamedChildForm
from cases.forms.siblings import ROWS as SIBLING_ROWS
from cases.matching.look import who_is
from cases.models import Case, Child, Concern
from cases.views.checked import check_page, checked_and_saved
from cases.views.drafts import keep, said_of
from safeguard.common.pagination import CURSOR, Page, seal, unseal

RECENT = 6  # children whose cases moved last, offered before anybody is searched for


@require_http_methods(["GET", "POST"])
def concern_log(request: ActingRequest) -> HttpResponse:
    """Log a concern, or find the child first: what was typed stays."""
    _must_log(request)
    if not request.POST:
        return _page(request, _resumed_form(request) or _empty_form(request))
    if "keep_draft" in request.POST:
        return _kept_page(request)
    if "find" in request.POST:
        found = access_concerns.children_named(request.acting, request.POST.get("child_search", ""))
        return _page(request, _found_form(request, found[:FOUND_AT_MOST]), {"found": len(found), "most": FOUND_AT_MOST})
    if "preview" in request.POST:
        return _preview_page(request)
    form = _asked(request)
    made: list[Concern] = []

    def act(data: dict[str, Any]) -> None:
        made.extend(log_concerns(form.concerns(), by=request.acting))
        if data["draft"]:
            finish_draft(data["draft"], version=data["draft_version"] or 0, by=request.acting)

    if attempted(form, act):
        messages.success(request, _said_of(made))
        onward = "cases:concern_attach" if form.cleaned_data["then_attach"] else "cases:concern"
        return redirect(onward, uuid=made[0].uuid)
    form.offer(_offered(request))
    return _page(request, form)


@require_POST
def concern_matches(request: ActingRequest) -> HttpResponse:
    """Answer, while a child is being named, whether one like this is known; empty for nobody."""
    _must_log(request)
    answer = who_is(NamedChildForm(request.POST).named(), by=request.acting)
    return render(request, "cases/_known_children.html", {"answer": answer})


@require_safe
def concerns(request: ActingRequest) -> HttpResponse:
    """List what the reader wrote."""
    _must_log(request)
    by, purpose = request.acting, "cases.concerns"
    after = unseal(request.GET.get(CURSOR), purpose, 2)
    written = access_concerns.written_by(by, after=Position(*after) if after else None)
    last = written[LISTED - 1] if len(written) > LISTED else None
    context = {
        "page": Page[Any](written[:LISTED], after=seal(Position(last.recorded_at, last.pk), purpose) if last else None),
        "is_continued": bool(after),
        "drafts": access_concerns.drafts(by),
        "kept": access_concerns.kept_by_team(by),
        "most": LISTED,
    }
    return render(request, "cases/concerns.html", context)


@require_safe
def concern(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a concern."""
    found = access_concerns.concern(request.acting, uuid)
    marks = access_concerns.injuries_of(request.acting, found)
    context = {
        "concern": found,
        "injuries": marks,
        "figures": figures(marks, only_marked=True),
        "case": _visible_case(request, found),
        "steps": access_concerns.steps_of(request.acting, found),
        "answers": access_concerns.may_answer(request.acting, found),
        "joins": access_concerns.case_to_join(request.acting, found),
        "files": access_attachments.files_of(request.acting, found),
        "attaches": may_attach(found, request.acting),
    }
    return render(request, "cases/concern.html", context)


@require_http_methods(["GET", "POST"])
def concern_link(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Put a stored concern on the timeline of the child's case: who may see it, their names, then the saving."""
    by, found = request.acting, access_concerns.concern(request.acting, uuid)
    case = access_concerns.case_to_join(by, found)
    if case is None:
        raise access_concerns.refusal(by, uuid)
    default = default_for(Kind.CONCERN, by, case)
    form = ConcernLinkForm(request.POST or None, by=by, case=case, default=default)

    def act(_data: dict[str, Any]) -> None:
        link_concern(found, form.chosen_audience(), by=by)

    def outlook() -> Outlook:
        return preview(case, reader_teams(found, form.chosen_audience()), by=by)

    if checked_and_saved(request, form, act, outlook):
        messages.success(request, _("The concern is on the timeline of the case."))
        return redirect("cases:concern", uuid=found.uuid)
    context = {"case": case, "concern": found, "default": default}
    return check_page(request, "cases/concern_link.html", form, context, outlook)


def _must_log(request: ActingRequest) -> None:
    if not request.acting.can(Can.LOG_CONCERN):
        raise Http404


def _page(request: ActingRequest, form: ConcernForm, context: dict[str, Any] | None = None) -> HttpResponse:
    shown = {"has_team": bool(request.acting.team_ids)} | (context or {})
    return form_page(request, "cases/concern_log.html", form, shown)


def _said_of(made: list[Concern]) -> str:
    several = _("%(count)d concerns are saved, one for each child. This is the first.") % {"count": len(made)}
    return several if len(made) > 1 else _("The concern is saved.")


def _asked(request: ActingRequest) -> ConcernForm:
    """Return the form; once it is complete, with a question for each known child who may be the one that it names."""
    children = _chosen(request)
    form = _form(request, request.POST, children, asks=was_asked(request.POST))
    return _form(request, request.POST, children, asks=True) if form.answer is None and form.is_valid() else form


def _form(request: ActingRequest, sent: QueryDict, children: list[Child], *, asks: bool) -> ConcernForm:
    answer = who_is(NamedChildForm(sent).named(), by=request.acting) if asks else None
    return ConcernForm(sent, by=request.acting, children=children, answer=answer or None)


def _preview_page(request: ActingRequest) -> HttpResponse:
    form = _form(request, request.POST, _offered(request), asks=was_asked(request.POST))
    form.full_clean()
    shown: dict[str, Any] = {}
    try:
        shown["preview"] = form.outlook()
    except ValidationError as error:
        shown["not_kept"] = error.messages
    form.as_typed()
    return _page(request, form, shown)


def _kept_page(request: ActingRequest) -> HttpResponse:
    try:
        kept = keep(request)
    except ValidationError as error:
        return _page(request, _as_typed(request, request.POST.copy(), _offered(request)), {"not_kept": error.messages})
    messages.success(request, said_of(kept))
    return redirect("cases:concerns")


def _resumed_form(request: ActingRequest) -> ConcernForm | None:
    asked = request.GET.get("draft", "")
    if not _is_uuid(asked):
        return None
    draft, sent = access_concerns.draft(request.acting, asked), QueryDict(mutable=True)
    for name, values in draft.content.items():
        sent.setlist(name, values)
    sent["draft"], sent["draft_version"] = str(draft.uuid), str(draft.version)
    refs = [*sent.get("offered", "").split()[:OFFERED], sent.get("child", "")]
    children = access_concerns.children_at(request.acting, [ref for ref in refs if _is_uuid(ref)])
    return _as_typed(request, sent, children)


def _as_typed(request: ActingRequest, sent: QueryDict, children: list[Child]) -> ConcernForm:
    sent["offered"] = " ".join(str(child.uuid) for child in children)
    form = _form(request, sent, children, asks=was_asked(sent))
    form.as_typed()
    return form


def _empty_form(request: ActingRequest) -> ConcernForm:
    asked = request.GET.get("child", "")
    chosen = [access_child.child(request.acting, asked).uuid] if _is_uuid(asked) else []
    children = access_concerns.children_at(request.acting, [str(each) for each in chosen]) or _recent(request)
    initial = {"occurred_on": timezone.localdate(), "child": asked if chosen else None}
    return ConcernForm(by=request.acting, children=children, initial=initial)


def _recent(request: ActingRequest) -> list[Child]:
    page = access.case_page(request.acting, filters=Filters(status=Case.Status.OPEN), limit=RECENT)
    return access.children_at(page, request.acting)


def _found_form(request: ActingRequest, found: list[Child]) -> ConcernForm:
    chosen = [child for child in _offered(request) if str(child.uuid) == request.POST.get("child")]
    children = list({child.pk: child for child in [*chosen, *found]}.values())
    return _as_typed(request, request.POST.copy(), children)


def _offered(request: ActingRequest) -> list[Child]:
    named = [request.POST.get(name, "") for name in ("child", *(f"also{row}_child" for row in SIBLING_ROWS))]
    refs = [*request.POST.get("offered", "").split()[:OFFERED], *named]
    return access_concerns.children_at(request.acting, [ref for ref in refs if _is_uuid(ref)])


def _chosen(request: ActingRequest) -> list[Child]:
    names = ("child", *(f"also{row}_child" for row in SIBLING_ROWS))
    refs = [ref for name in names if _is_uuid(ref := request.POST.get(name, ""))]
    return access_concerns.chosen_children(request.acting, refs) if refs else []


def _visible_case(request: ActingRequest, found: Concern) -> Case | None:
    seen = found.case is not None and access.level(request.acting, found.case) is not None
    return found.case if seen else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
