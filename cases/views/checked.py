"""Forms that are checked before they are saved: first what was typed, then who will see it, then the saving.

Works without a script: the check page carries what was typed, and "Change" brings the form back with it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agencies.views.attempt import attempted, form_page
from cases.audience import Outlook

SAVE, CHANGE, SEEN = "save", "change", "seen"  # the check page's buttons, and the readers that it showed
OWN = {"csrfmiddlewaretoken", SAVE, CHANGE, SEEN}


def checked_and_saved(
    request: HttpRequest, form: forms.BaseForm, act: Callable[[dict[str, Any]], object], outlook: Callable[[], Outlook]
) -> bool:
    """Return whether ``form`` came from the check page and ``act`` took its data.

    Not where the readers are no longer those that the page showed: then it is shown again.
    """
    if SAVE not in request.POST or not form.is_valid():
        return False
    return request.POST.get(SEEN) == outlook().fingerprint and attempted(form, act)


def check_page(
    request: HttpRequest,
    template: str,
    form: forms.BaseForm,
    context: Mapping[str, Any],
    outlook: Callable[[], Outlook],
) -> HttpResponse:
    """Return the page of ``form``, or, once what was typed holds, the page that says by name who will see it.

    ``context`` may hold ``summary``, a function that gives the rows of what was typed.
    """
    if not form.is_bound or CHANGE in request.POST or not form.is_valid():
        return form_page(request, template, form, context)
    shown = {
        **context,
        "summary": context["summary"]() if "summary" in context else [],
        "form": form,
        "typed": [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values],
        "outlook": outlook(),
        "has_changed": SAVE in request.POST,
    }
    return render(request, "cases/check.html", shown)
