"""May this request use this view at all? What it then finds is the access engine's business."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from agencies.acting import Acting
from agencies.models import ApiToken
from agencies.scopes import SCOPES, Scope


class InScope(BasePermission):
    """The acted-for membership entitles to the view's ``scope``, and a token holds it.

    Every view says its scope; ``None`` is for what any signed-in member may see. A view that says
    nothing is closed.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True, or False for a visitor, who is asked to sign in. Raises PermissionDenied with the reason."""
        by: Acting | None = getattr(request._request, "acting", None)
        if not request.user.is_authenticated or by is None:
            return False
        if by.membership is None:
            raise PermissionDenied(_("You have no membership of an agency that holds today."))
        scope: Scope | None = view.scope
        if scope is not None:
            _check(scope, by, request.auth if isinstance(request.auth, ApiToken) else None)
        return True


def _check(scope: Scope, by: Acting, token: ApiToken | None) -> None:
    if not by.can(SCOPES[scope].needs):
        raise PermissionDenied(_("The roles that you act in do not work with children’s cases."))
    if token is not None and scope.value not in token.scopes:
        message = _("This token may not be used for this. Make one with the scope %(scope)s.")
        raise PermissionDenied(message % {"scope": scope.value})
