"""What the page shell shows on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from agencies.actions.sessions import ELSEWHERE
from agencies.middleware import has_lost_choice
from agencies.roles import Can
from agencies.sign_in.proof import NO_SECOND_STEP


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return ``viewer`` (the acting person or None), the banners' switches and the navigation's capabilities.

    For a signed-in person also ``session``, which the warning before its end needs.
    """
    viewer = getattr(request, "acting", None)
    shown = {
        "viewer": viewer,
        "can_work_cases": bool(viewer and viewer.can(Can.WORK_CASES)),
        "can_manage_people": bool(viewer and viewer.can(Can.MANAGE_PEOPLE)),
        "can_govern_information": bool(viewer and viewer.can(Can.GOVERN_INFORMATION)),
        "is_demo": settings.DEMO,
        "mfa_required": settings.MFA_REQUIRED,
    }
    return shown | _session(request) if viewer else shown


def _session(request: HttpRequest) -> dict[str, Any]:
    return {
        "mfa_missing": not settings.MFA_REQUIRED and request.session.get(NO_SECOND_STEP, False),
        "has_lost_choice": has_lost_choice(request),
        "signed_in_elsewhere": request.session.get(ELSEWHERE, False),
        "session": {
            "idle_seconds": settings.SESSION_IDLE_SECONDS,
            "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
            "warn_seconds": settings.SESSION_WARNING_SECONDS,
            "keepalive_url": reverse("account_keep_alive"),
            "sign_in_url": reverse("account_login"),
            "viewer": str(request.user.uuid) if request.user.is_authenticated else "",
        },
    }
