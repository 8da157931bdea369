"""The cases room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers with the agencies what a leaver, or a team that closes, may hold here, and what an audit leaves out."""

    name = "cases"

    def ready(self) -> None:
        """Register the answers: models, which these import, are there only now."""
        from agencies import closing, governed, leaving
        from cases import asking, beyond_sight, inviting, looking, reminding
        from cases.actions.leaving import cases_held, deadlines_held, pass_cases_on, pass_deadlines_on
        from safeguard.notifications import obligations, texts

        leaving.register(cases_held, pass_cases_on)
        leaving.register(deadlines_held, pass_deadlines_on)
        closing.register(beyond_sight.led_alone)
        governed.register(beyond_sight.kept_from_reader)
        obligations.register(reminding.KIND, reminding.DeadlineReminders())
        for title in reminding.TITLES:
            texts.register(title)
        asking.register()
        inviting.register()
        looking.register()
