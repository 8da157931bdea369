"""Writing a referral: a list of parts, a page for each, kept on the server while somebody types."""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.views.attempt import attempted, form_page
from referrals import access
from referrals.actions.drafts import Content, Kept, discard_draft, remove_part, save_part, version_of
from referrals.actions.from_concern import draft_from
from referrals.actions.submit import send_draft, sending_team
from referrals.forms.whole import CHILD, PARTS, RELATIVE, SendForm, WholeForm, kind_of, spec_of
from referrals.models import Referral, ReferralDraft
from safeguard.common.components import Task

FIRST = "urgency"
# What belongs to one sending of the page and not to what was written.
NOT_KEPT = {"csrfmiddlewaretoken", "idempotency_key", "draft", "draft_version", "part", "later", "another"}


@require_http_methods(["GET", "POST"])
def start(request: ActingRequest) -> HttpResponse:
    """Begin a referral: how urgent it is, and what to do at once."""
    _must_refer(request)
    ref = _sent_ref(request) if request.POST else uuid4()
    empty = ReferralDraft(uuid=ref, user=request.acting.user, content={})
    return _part_page(request, empty, FIRST)


@require_http_methods(["GET", "POST"])
def from_concern(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask, then make a draft of what a concern says."""
    found = access.concern_to_refer(request.acting, uuid)
    if request.method == "POST":
        ref = draft_from(found, by=request.acting)
        messages.success(request, _("The draft holds what the concern says. Nothing is sent yet."))
        return redirect("referrals:draft", uuid=ref)
    return render(request, "referrals/from_concern.html", {"concern": found})


@require_safe
def draft(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show the parts of a draft: what is done and what is missing."""
    whole = WholeForm(access.draft(request.acting, uuid), request.acting)
    context = {
        "draft": whole.draft,
        "groups": _groups(whole),
        "missing": whole.missing,
        "child_key": whole.next_key(CHILD),
        "relative_key": whole.next_key(RELATIVE),
    }
    return render(request, "referrals/draft.html", context)


@require_http_methods(["GET", "POST"])
def part(request: ActingRequest, uuid: UUID, part: str) -> HttpResponse:
    """Show and keep one part."""
    found = access.draft(request.acting, uuid)
    return _part_page(request, found, part)


@require_http_methods(["GET", "POST"])
def part_remove(request: ActingRequest, uuid: UUID, part: str) -> HttpResponse:
    """Ask, then take a child or a relative out."""
    found = access.draft(request.acting, uuid)
    if part not in found.content or spec_of(part) is None or PARTS[kind_of(part)].most == 1:
        raise Http404
    if request.method == "POST":
        remove_part(found.uuid, part, by=request.acting)
        return redirect("referrals:draft", uuid=found.uuid)
    return render(request, "referrals/part_remove.html", {"draft": found, "part": part})


@require_POST
def draft_save(request: ActingRequest) -> HttpResponse:
    """Keep what is typed; answers a script."""
    _must_refer(request)
    ref, key = _sent_ref(request), request.POST.get("part", "")
    try:
        kept = _keep(request, ref, key)
    except ValidationError as error:
        return JsonResponse({"message": " ".join(error.messages)}, status=HTTPStatus.CONFLICT)
    return JsonResponse({"draft": str(kept.uuid), "version": kept.version, "message": _said()})


@require_http_methods(["GET", "POST"])
def draft_discard(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask, then discard a draft."""
    found = access.draft(request.acting, uuid)
    if request.method == "POST":
        discard_draft(found.uuid, by=request.acting)
        messages.success(request, _("The draft is discarded. Nothing was sent."))
        return redirect("referrals:mine")
    return render(request, "referrals/draft_discard.html", {"draft": found})


@require_http_methods(["GET", "POST"])
def check(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show all that was typed, and send it."""
    whole = WholeForm(access.draft(request.acting, uuid), request.acting)
    missing, named = whole.missing, whole.named
    form = SendForm(request.POST or None, asks=bool(named))
    made: list[Referral] = []

    def act(_data: dict[str, Any]) -> None:
        if missing:
            raise ValidationError(
                _("Nothing was sent, and your draft is kept. Still missing: %(parts)s.") % {"parts": ", ".join(missing)}
            )
        made.extend(send_draft(whole.draft, whole.referral(), by=request.acting))

    if attempted(form, act):
        return redirect("referrals:receipt", uuid=made[0].bundle)
    context = {"draft": whole.draft, "sections": whole.sections, "missing": missing, "named": named}
    context["team"] = sending_team(request.acting)
    return form_page(request, "referrals/check.html", form, context)


# --- One part -------------------------------------------------------------------------------------


def _part_page(request: ActingRequest, draft: ReferralDraft, key: str) -> HttpResponse:
    spec = spec_of(key)
    if spec is None:
        raise Http404
    whole = WholeForm(draft, request.acting)
    if key not in draft.content and spec.most > 1 and len(whole.keys(kind_of(key))) >= spec.most:
        raise Http404
    if not request.POST:
        return _shown_part(request, whole, key, version_of(draft, key))
    form = spec.form(request.POST, by=request.acting, children=whole.children)
    version = _sent_version(request)
    try:
        version = _keep(request, draft.uuid, key).version
    except ValidationError as error:
        form.full_clean()
        form.add_error(None, error)
        version = version_of(access.draft(request.acting, draft.uuid), key) if draft.pk else version
    else:
        if "later" in request.POST or form.is_valid():
            return _onward(request, draft, key)
    return form_page(request, "referrals/part.html", form, _part_context(whole, key, version))


def _shown_part(request: ActingRequest, whole: WholeForm, key: str, version: int) -> HttpResponse:
    form = whole.form(key)
    return render(request, "referrals/part.html", {"form": form, **_part_context(whole, key, version)})


def _part_context(whole: WholeForm, key: str, version: int) -> dict[str, Any]:
    spec = PARTS[kind_of(key)]
    return {
        "draft": whole.draft,
        "part": key,
        "kind": kind_of(key),
        "title": whole.title(key) if key in whole.draft.content else spec.title,
        "version": version,
        "repeats": spec.most > 1,
        "kept": key in whole.draft.content,
    }


def _onward(request: ActingRequest, draft: ReferralDraft, key: str) -> HttpResponse:
    if "another" in request.POST:
        whole = WholeForm(access.draft(request.acting, draft.uuid), request.acting)
        return redirect("referrals:part", uuid=draft.uuid, part=whole.next_key(kind_of(key)))
    return redirect("referrals:draft", uuid=draft.uuid)


def _keep(request: ActingRequest, ref: UUID, key: str) -> Kept:
    """Keep the sent page as a part of its draft. Raises what ``save_part`` raises."""
    if spec_of(key) is None:
        raise Http404
    return save_part(ref, key, _content(request), version=_sent_version(request), by=request.acting)


def _content(request: HttpRequest) -> Content:
    return {name: [str(value) for value in values] for name, values in request.POST.lists() if name not in NOT_KEPT}


def _sent_ref(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("draft", ""))
    except ValueError:
        raise Http404 from None


def _sent_version(request: HttpRequest) -> int:
    try:
        return max(0, int(request.POST.get("draft_version") or 0))
    except ValueError:
        raise Http404 from None


def _said() -> str:
    at = time_format(timezone.localtime(), "H:i")
    return _("Kept as a draft at %(time)s. Nobody else sees it.") % {"time": at}


def _must_refer(request: ActingRequest) -> None:
    if not request.acting.can(Can.REFER):
        raise Http404


# --- The list of parts ----------------------------------------------------------------------------


def _groups(whole: WholeForm) -> list[list[Task]]:
    """Return the parts as tasks, a group for each kind."""
    return [[_task(whole, key) for key in whole.keys(kind) or _to_begin(whole, kind)] for kind in PARTS]


def _to_begin(whole: WholeForm, kind: str) -> list[str]:
    return [kind if PARTS[kind].most == 1 else whole.next_key(kind)]


def _task(whole: WholeForm, key: str) -> Task:
    href = reverse("referrals:part", args=[whole.draft.uuid, key])
    spec = PARTS[kind_of(key)]
    if key not in whole.draft.content:
        optional = spec.optional
        return Task(
            spec.title, _("If you know") if optional else _("Not started"), href, colour="" if optional else "blue"
        )
    done = whole.forms[key].is_valid()
    return Task(
        whole.title(key), _("Done") if done else _("Something is missing"), href, colour=None if done else "red"
    )
