"""The referrals room."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """How work with a child starts: a professional refers, triage decides, the referrer hears back."""

    name = "referrals"

    def ready(self) -> None:
        """Register what people are reminded of, what a leaver holds here, and what an audit leaves out.

        Models, which these import, are there only now.
        """
        from agencies import governed, leaving
        from referrals import reminding, reminding_checks
        from referrals.actions import leaving as left

        leaving.register(left.referrals_held, left.pass_referrals_on)
        leaving.register(left.drafts_held, left.pass_drafts_on)
        governed.register(left.kept_from_reader)
        reminding.register()
        reminding_checks.register()
