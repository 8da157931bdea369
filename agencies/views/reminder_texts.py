"""The texts of the reminders: what an administrator may change, look at before, and take back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies import access
from agencies.actions import reminder_texts as actions
from agencies.forms.reminder_texts import ReminderTextForm
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from safeguard.notifications.models import ReminderText
from safeguard.notifications.texts import TEXTS, Text, preview, texts

MOST_VERSIONS = 20


@require_safe
def reminder_texts(request: ActingRequest) -> HttpResponse:
    """Show every text as it stands, by the kind of reminder."""
    access.check_configures(request.acting)
    now = texts()
    rows = [{"spec": spec, "text": now[code], "is_own": now[code] != str(spec.default)} for code, spec in TEXTS.items()]
    return render(request, "agencies/reminder_texts.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def reminder_text(request: ActingRequest, code: str) -> HttpResponse:
    """Change a text, or with ``preview`` in what was sent see what it would say."""
    spec = _spec(request, code)
    now = texts()[code]
    form = ReminderTextForm(request.POST or None, spec=spec, initial={"text": now})
    shown = ""

    def act(data: dict[str, Any]) -> None:
        nonlocal shown
        if "preview" in request.POST:
            shown = preview(code, data["text"])
        else:
            actions.change_text(code, data["text"], by=request.acting)

    if attempted(form, act) and not shown:
        messages.success(request, _("The text is saved. What is sent from now on says it."))
        return redirect("agencies:reminder_texts")
    return form_page(request, "agencies/reminder_text.html", form, _about(spec, now, shown))


@require_POST
def reminder_text_reset(request: ActingRequest, code: str) -> HttpResponse:
    """Go back to Safeguard's own text."""
    actions.reset_text(code, by=request.acting)
    messages.success(request, _("Safeguard’s own text is used again."))
    return redirect("agencies:reminder_texts")


def _spec(request: ActingRequest, code: str) -> Text:
    access.check_configures(request.acting)
    if code not in TEXTS:
        raise access.refusal(request.acting, "reminder.text")
    return TEXTS[code]


def _about(spec: Text, now: str, shown: str) -> dict[str, Any]:
    versions = ReminderText.objects.filter(code=spec.code).select_related("made_by").order_by("-pk")
    return {
        "spec": spec,
        "words": [(f"{{{word}}}", example) for word, example in spec.words.items()],
        "needed": [f"{{{word}}}" for word in sorted(spec.needed)],
        "preview": shown,
        "sample": preview(spec.code, now),  # what is in use can be filled in
        "is_own": now != str(spec.default),
        "versions": versions[:MOST_VERSIONS],
    }
