"""The referrals room."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """How work with a child starts: a professional refers, triage decides, the referrer hears back."""

    name = "referrals"

    def ready(self) -> None:
        """Register what people are reminded of: models, which these import, are there only now."""
        from referrals import reminding, reminding_checks

        reminding.register()
        reminding_checks.register()
