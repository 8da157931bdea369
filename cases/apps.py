"""The cases room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers with the agencies what a leaver, or a team that closes, may hold here, and what an audit leaves out."""

    name = "cases"

    def ready(self) -> None:
        """Register the answers: models, which these import, are there only now."""
        from agencies import closing, governed, leaving
        from cases import asking, beyond_sight, inviting, looking, reminding
        from cases.actions import leaving as left
        from safeguard.notifications import obligations, texts

        leaving.register(left.cases_held, left.pass_cases_on)
        leaving.register(left.deadlines_held, left.pass_deadlines_on)
        leaving.register(left.actions_held, left.pass_actions_on)
        leaving.register(left.drafts_held, left.pass_drafts_on)
        closing.register(beyond_sight.led_alone)
        governed.register(beyond_sight.kept_from_reader)
        obligations.register(reminding.KIND, reminding.DeadlineReminders())
        for title in reminding.TITLES:
            texts.register(title)
        asking.register()
        inviting.register()
        looking.register()
