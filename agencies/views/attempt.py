"""What every view that writes does: try the action, or show the form again with what was wrong."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def attempted(form: forms.BaseForm, act: Callable[[dict[str, Any]], object]) -> bool:
    """Return whether ``form`` was sent, is valid and ``act`` took its data; else the form says what is wrong."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def form_page(
    request: HttpRequest, template: str, form: forms.BaseForm, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Return the page with ``form``: status 422 where something was wrong with what was sent."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, {"form": form, **(context or {})}, status=status)
