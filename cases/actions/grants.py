"""Writing grants: the only module that makes, changes or ends them, always with the case locked.

An involvement is the truth; a team's grant derives from it in the same transaction. guardian's
``assign_perm`` is replaced by the equivalent single statement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from agencies.acting import Acting
from agencies.models import User
from cases.access import refusal, require
from cases.models import AccessLevel, Case, CaseGroupGrant, CaseUserGrant, Involvement
from cases.querysets import live


@dataclass(frozen=True, kw_only=True)
class PersonalTerms:
    """On what terms a person is named: kind, level, reason, and the end (always set in an emergency)."""

    kind: CaseUserGrant.Kind
    level: AccessLevel
    reason: str
    until: datetime | None = None


def lock(case: Case, *, by: Acting) -> Case:
    """Lock ``case`` until the transaction ends, and return it as it is now.

    Every action that touches grants, restriction or timeline begins here: without it concurrent
    writers of one case deadlock. Raises Http404 where ``by`` lost sight of it while this waited: the
    case's policy is asked again of the row that the lock was got on, and then shows none.
    """
    # past the door: the case that the caller already has, locked
    locked = Case.objects.select_for_update(no_key=True).filter(pk=case.pk).first()
    if locked is None:
        raise refusal(by, case)
    return locked


def lock_as(by: Acting, case: Case, to: AccessLevel) -> Case:
    """Lock ``case`` and return it, where ``by`` holds at least the level ``to`` on it. Raises Http404 otherwise.

    Asked again once the lock is held: somebody may have taken the right away while this waited for them.
    """
    return require(by, lock(require(by, case, to), by=by), to)


@cache
def view_permission() -> int:
    """Return the key of ``cases.view_case``, the only codename that grants carry."""
    return Permission.objects.values_list("pk", flat=True).get(codename="view_case", content_type__app_label="cases")


def derive(involvement: Involvement) -> None:
    """Bring the grant of ``involvement``'s team to what the involvement says: one upsert."""
    CaseGroupGrant.objects.update_or_create(
        content_object_id=involvement.case_id,
        group_id=involvement.team.group_id,
        defaults={
            "permission_id": view_permission(),
            "level": involvement.level,
            "since": involvement.since,
            "until": involvement.until,
            "share": involvement,
        },
    )


def end(involvement: Involvement) -> None:
    """Delete the grant that ``involvement`` justified."""
    # past the door: only the grant of this involvement ends
    CaseGroupGrant.objects.filter(share=involvement).delete()


def end_named(case: Case, *, but: Collection[User] = ()) -> None:
    """Delete the personal grants of those named on ``case``, except ``but``.

    In one statement: the caller may lose sight by it.
    """
    # past the door: deleted, not shown
    named = CaseUserGrant.objects.filter(content_object=case, kind=CaseUserGrant.Kind.NAMED)
    named.exclude(user__in=[person.pk for person in but]).delete()


def levels_of(case: Case) -> dict[int, int]:
    """Return what each person may do with ``case`` by a live grant of any kind, by user id; 0 left out."""
    held: dict[int, int] = {}
    # past the door: levels are kept, nobody is shown
    by_group = CaseGroupGrant.objects.filter(live(), content_object=case)
    # past the door: levels are kept, nobody is shown
    by_name = CaseUserGrant.objects.filter(live(), content_object=case, kind=CaseUserGrant.Kind.NAMED)
    pairs = [*by_group.values_list("group__user", "level"), *by_name.values_list("user", "level")]
    for user, level in pairs:
        held[user] = max(level, held.get(user, 0))
    return held


def leading_groups(case: Case) -> QuerySet[CaseGroupGrant]:
    """Return the live grants of the teams that can lead ``case``."""
    # past the door: other teams’ grants decide whether somebody still leads
    return CaseGroupGrant.objects.filter(live(), content_object=case, level=AccessLevel.LEAD)


def name_person(case: Case, user: User, terms: PersonalTerms, *, by: Acting) -> CaseUserGrant:
    """Give ``user`` a personal grant, or renew the one of that kind that they hold."""
    grant, _made = CaseUserGrant.objects.update_or_create(
        content_object=case,
        user=user,
        kind=terms.kind,
        defaults={
            "permission_id": view_permission(),
            "level": terms.level,
            "reason": terms.reason,
            "until": terms.until,
            "granted_by": by.user,
        },
    )
    return grant
