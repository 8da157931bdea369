"""The referrals room."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """How work with a child starts: a professional refers, triage decides, the referrer hears back."""

    name = "referrals"
