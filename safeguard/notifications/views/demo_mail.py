"""The demo's mail page: what the demo "sent", so that a person who tries it can open an invitation."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from safeguard.notifications import mail_files

MOST_SHOWN = 50


@login_not_required
@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """Show the newest messages to anybody. Routed in the demo only, where everybody is fictional."""
    folder: str | None = getattr(settings, "EMAIL_FILE_PATH", None)
    mails = mail_files.newest(Path(folder), most=MOST_SHOWN) if folder else []
    return render(request, "notifications/demo_mail.html", {"mails": mails})
