"""Attaching a file to an entry or a concern, and opening one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_attachments, access_concerns, access_timeline
from cases.actions.attachments import attach, attach_to_concern, may_attach
from cases.forms.attachments import AttachForm
from cases.models import AccessLevel, Attachment
from safeguard.common.encryption import CannotDecrypt
from safeguard.common.files import storing

# Whatever the file is: a browser that opens it runs nothing and loads nothing.
SANDBOX = "sandbox; default-src 'none'"


@require_http_methods(["GET", "POST"])
def entry_attach(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Attach a file to an entry."""
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    found = access_timeline.entry(request.acting, case, entry)
    form = AttachForm(request.POST or None, request.FILES or None)

    def act(_data: dict[str, Any]) -> None:
        attach(found, form.upload(), by=request.acting)

    if attempted(form, act):
        messages.success(request, _("The file is attached."))
        return redirect("cases:entry", uuid=case.uuid, entry=found.uuid)
    return form_page(request, "cases/attach.html", form, {"case": case, "entry": found})


@require_GET
def attachment(request: ActingRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """Hand out a file of a case, to be saved and not shown."""
    case = access.case(request.acting, uuid)
    found = access_attachments.attachment(request.acting, case, attachment)
    return _handed_out(request, found) or redirect("cases:timeline", uuid=case.uuid)


@require_http_methods(["GET", "POST"])
def concern_attach(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Attach a file to a concern."""
    found = access_concerns.concern(request.acting, uuid)
    if not may_attach(found, request.acting):
        raise access_concerns.refusal(request.acting, uuid)
    form = AttachForm(request.POST or None, request.FILES or None)

    def act(_data: dict[str, Any]) -> None:
        attach_to_concern(found, form.upload(), by=request.acting)

    if attempted(form, act):
        messages.success(request, _("The file is attached."))
        return redirect("cases:concern", uuid=found.uuid)
    return form_page(request, "cases/concern_attach.html", form, {"concern": found})


@require_GET
def concern_file(request: ActingRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """Hand out a file of a concern, to be saved and not shown."""
    concern = access_concerns.concern(request.acting, uuid)
    found = access_attachments.attachment_of(request.acting, concern, attachment)
    return _handed_out(request, found) or redirect("cases:concern", uuid=concern.uuid)


def _handed_out(request: ActingRequest, found: Attachment) -> HttpResponse | None:
    content = _content(found)
    if content is None:
        messages.error(request, _unopened(found))
        return None
    name = content_disposition_header(as_attachment=True, filename=found.name) or "attachment"
    headers = {"Content-Disposition": name, "Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=found.media_type, headers=headers)


def _content(found: Attachment) -> bytes | None:
    if not found.can_be_opened:
        return None
    try:
        return storing.get(found.stored, context=found.place)
    except (storing.FileLost, CannotDecrypt):
        return None


def _unopened(found: Attachment) -> str:
    if not found.can_be_opened:
        return _("The file was not opened. %(state)s.") % {"state": found.get_state_display()}
    return _("The file cannot be read. That it was attached is still on record. Tell whoever runs Safeguard for you.")
