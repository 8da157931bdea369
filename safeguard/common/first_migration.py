"""The migration operation with which a fresh database gets all tables of an app in one step.

Django draws every model of the project anew for each operation of a migration, so that a history of many
hundred operations takes minutes on an empty database. Nothing has to be drawn in between where no rows exist.
"""

from collections.abc import Sequence
from importlib import import_module

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


class AllAtOnce(Operation):
    """What the ``replaced`` migrations (pairs of app and name, of one app) lead to, made in one step.

    The tables with their columns, constraints, indexes and triggers are those of the last of them. Their SQL
    (functions, policies) and first rows follow in their order. It cannot be undone.
    """

    reversible = False

    def __init__(self, replaced: Sequence[tuple[str, str]]) -> None:
        self.replaced = replaced

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Follow every replaced operation, with no model drawn until the last is known."""
        state.__dict__.pop("apps", None)  # as ProjectState.clear_delayed_apps_cache does
        for operation in self._operations():
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the tables, their triggers, and what the replaced migrations say in SQL and Python."""
        names = [name for app, name in to_state.models if app == app_label]
        for name in names:
            schema_editor.create_model(to_state.apps.get_model(app_label, name))
        for name in names:
            for trigger in to_state.models[app_label, name].options.get("triggers", []):
                AddTrigger(name, trigger).database_forwards(app_label, schema_editor, from_state, to_state)
        for operation in self._operations():
            if isinstance(operation, RunSQL | RunPython):
                operation.database_forwards(app_label, schema_editor, to_state, to_state)

    def describe(self) -> str:
        """Return what ``migrate --plan`` prints."""
        return f"Make what {self.replaced[0][1]} to {self.replaced[-1][1]} lead to"

    def _operations(self) -> list[Operation]:
        migrated = [import_module(f"{app}.migrations.{name}").Migration for app, name in self.replaced]
        return [operation for migration in migrated for operation in migration.operations]
