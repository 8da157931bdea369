"""The project itself as an application: it carries the management commands that span the rooms."""

from django.apps import AppConfig

import safeguard.celery  # noqa: F401  (the tasks' application)


class SafeguardConfig(AppConfig):
    """The root application."""

    name = "safeguard"
    label = "safeguard"

    def ready(self) -> None:
        """Register the deploy-time checks, which ask models: these are there only now."""
        import safeguard.checks  # noqa: F401
