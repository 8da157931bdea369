"""Programs that read in somebody's name: a token and a client that sends it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client

from agencies.actions import tokens
from agencies.models import ApiToken
from agencies.scopes import Scope
from tests.conftest import Person


@dataclass
class Program:
    """A token with its secret."""

    token: ApiToken
    secret: str

    def get(self, path: str, query: dict[str, Any] | None = None, **extra: Any) -> Any:
        """Return the answer to GET ``path``, of a client that keeps nothing between requests."""
        return Client().get(path, query, headers={"Authorization": f"Bearer {self.secret}"}, **extra)

    def post(self, path: str, body: Any = None, **extra: Any) -> Any:
        """Return the answer to POST ``path`` with ``body`` as JSON."""
        headers = {"Authorization": f"Bearer {self.secret}", **extra.pop("headers", {})}
        return Client().post(path, body, content_type="application/json", headers=headers, **extra)


def program_of(person: Person, *scopes: str, days: int = 7) -> Program:
    """Return a program that reads in the name of ``person``, by default all that can be read."""
    with transaction.atomic():
        made = tokens.create(name="Records", scopes=scopes or Scope.values, days=days, by=person.by)
    return Program(*made)
