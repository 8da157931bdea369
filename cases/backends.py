"""``user.has_perm("cases.view_case", case)``, answered by the access engine.

guardian's own backend knows neither exclusion, nor expiry, nor restriction, so nothing of it is
asked: it is subclassed for its place in Django's list of backends alone. Outside a request it answers
for the person's oldest live membership. One query an answer: never in a loop, use the lists of access.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from guardian.backends import ObjectPermissionBackend

from agencies.acting import Acting, acted_for
from agencies.models import User
from cases import access
from cases.models import Case, Child, TimelineEntry


def _sees_case(by: Acting, case: Any) -> bool:
    return access.level(by, case) is not None


def _sees_child(by: Acting, child: Any) -> bool:
    return Child.objects.visible_to(by).filter(pk=child.pk).exists()


def _sees_entry(by: Acting, entry: Any) -> bool:
    return TimelineEntry.objects.visible_to(by).filter(pk=entry.pk).exists()


# Every permission on a row that exists; of anything else nobody holds any.
VIEWS: Mapping[type[Model], tuple[str, Callable[[Acting, Any], bool]]] = {
    Case: ("view_case", _sees_case),
    Child: ("view_child", _sees_child),
    TimelineEntry: ("view_timelineentry", _sees_entry),
}


class CasePermissionBackend(ObjectPermissionBackend):
    """Object permissions by the engine's rule."""

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        """Return whether ``user_obj`` has ``perm`` (with or without "cases.") on ``obj``."""
        return obj is not None and perm.removeprefix("cases.") in self.get_all_permissions(user_obj, obj)

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """Return the codenames that ``user_obj`` has on ``obj``: the one for viewing, or none."""
        codename, sees = VIEWS.get(type(obj), ("", None)) if obj is not None else ("", None)
        if sees is None or not isinstance(user_obj, User) or not user_obj.is_active:
            return set()
        return {codename} if sees(acted_for(user_obj), obj) else set()

    def get_group_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """Return no codename: by which grant somebody sees a case is a question for access."""
        return set()
