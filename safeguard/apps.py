"""The project itself as an application: it carries the management commands that span the rooms."""

from django.apps import AppConfig

import safeguard.celery
import safeguard.checks  # noqa: F401  (registers the deploy-time checks)


class SafeguardConfig(AppConfig):
    """The root application."""

    name = "safeguard"
    label = "safeguard"
