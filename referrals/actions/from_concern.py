"""A concern becomes a referral without being typed again: a draft that holds what the concern says."""

from datetime import date
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases.codes import Ethnicity, Known, Sex
from cases.concern_codes import CATEGORIES, Worry
from cases.models import Child, Concern
from referrals import access
from referrals.actions.drafts import Content, save_part
from referrals.codes import Urgency
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def draft_from(concern: Concern, *, by: Acting) -> UUID:
    """Make a draft of a referral from ``concern``, which came through the door; return the draft's key.

    Who is implicated in the concern is kept from the referral too. Nothing is sent.
    """
    ref = uuid4()
    for part, fields in _parts(concern).items():
        save_part(ref, part, fields, version=0, by=by)
    audit.record("referral_draft.from_concern", by=by, target="cases.Concern", uuids=[concern.uuid])
    return ref


def _parts(concern: Concern) -> dict[str, Content]:
    urgent = Urgency.SOON if (concern.worry or 0) >= Worry.HIGH else Urgency.PLANNED
    parts: dict[str, Content] = {"concern": _concern(concern)}
    if concern.worry != Worry.IMMEDIATE:  # whether it still is must be answered anew
        parts["urgency"] = {"urgency": [str(int(urgent))]}
    if concern.child:
        parts["child-1"] = _child(concern.child, concern)
    kept = [str(person.uuid) for person in concern.implicated.all()]
    return parts | ({"referrer": {"kept_from": kept}} if kept else {})


def _concern(concern: Concern) -> Content:
    day = date_format(timezone.localdate(concern.occurred_at))
    place = _(", at %(place)s") % {"place": concern.place} if concern.place else ""
    groups = sorted({str(CATEGORIES[code].group) for code in concern.categories})
    chosen = {
        f"categories_{group}": [code for code in concern.categories if CATEGORIES[code].group == group]
        for group in groups
    }
    return {
        "facts": [f"{day}{place}: {concern.facts}"],
        "impact": [concern.opinion],
        "tried": [concern.immediate_action],
        "category_groups": groups,
        **chosen,
    }


def _child(child: Child, concern: Concern) -> Content:
    name = access.name_of(child)
    born = "known" if child.born_on else "unborn" if child.expected_on else "unknown"
    return {
        "given": [name.given if name else ""],
        "surname": [name.surname if name else ""],
        "birth": [born],
        **_day("born_on", child.born_on),
        **_day("expected_on", child.expected_on),
        # A concern opens the child's name and birth date, and nothing more of the record.
        "sex": [Sex.UNKNOWN.value],
        "ethnicity": [Ethnicity.NOBT.value],
        "needs_interpreter": [Known.NOT_KNOWN.value],
        "young_carer": [Known.NOT_KNOWN.value],
        "child_words": [concern.child_words],
    }


def _day(name: str, day: date | None) -> Content:
    if day is None:
        return {}
    return {f"{name}-day": [str(day.day)], f"{name}-month": [str(day.month)], f"{name}-year": [str(day.year)]}
