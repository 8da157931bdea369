"""Keeping what somebody types of a referral, part by part; a window that shows an older text overwrites nothing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.roles import Can
from referrals.models import ReferralDraft
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

Content = Mapping[str, list[str]]
LARGEST = 1_000_000  # characters: a pasted chapter fits, an attack does not
# Not a part: the highest number of each kind that was taken out.
REMOVED = "removed"
ASKS_WHOSE = "asks_whose"  # in a relative's fields: whose they are must be said anew
NO_NUMBER = 1_000
KEY = re.compile(r"[a-z]+(-[1-9][0-9]?)?")


@dataclass(frozen=True)
class Kept:
    """What a part of a draft is now; ``version`` of that part."""

    uuid: UUID
    version: int


@one_transaction
def save_part(ref: UUID, part: str, fields: Content, *, version: int, by: Acting) -> Kept:
    """Keep ``fields`` as one part of the draft ``ref``; the window knew ``version`` of that part (0: none yet).

    The first part that is kept makes the draft. Raises ValidationError where the part was changed in another
    window, where the draft is gone, for a text that is too large, and for whoever refers nobody.
    """
    if by.agency_id is None or not by.can(Can.REFER):
        raise ValidationError(_("This is not kept as a draft: your role does not refer."))
    if not KEY.fullmatch(part):
        raise ValidationError(_("This is not kept: it belongs to no part of the form."))
    draft = _locked(ref, by) or _made(ref, by, is_new=version == 0)
    if part not in draft.content and _number(part) <= _highest_removed(draft, part):
        raise ValidationError(
            _("Not kept: this was removed from the draft in another window. Your text is still on this page: copy it"
              " where you need it.")
        )  # fmt: skip
    known = draft.content.get(part, {})
    if known.get("fields") == fields:
        return Kept(ref, known["version"])
    if known.get("version", 0) != version:
        raise ValidationError(
            _("Not kept yet: this page was changed in another window or on another device since you opened it."
              " Your text is still here. Save again to keep it in place of the other, or open the page anew to"
              " see the other.")
        )  # fmt: skip
    draft.content[part] = {"version": version + 1, "fields": dict(fields)}
    _keep(draft)
    return Kept(ref, version + 1)


@one_transaction
def remove_part(ref: UUID, part: str, *, by: Acting) -> None:
    """Take a child or a relative out of a draft; one that is not there changes nothing.

    Its number is not used again. Relatives of a removed child belong to the others whom they were said to belong to;
    where none is left the form asks for it anew, so that nobody's family goes with another child.
    """
    draft = _locked(ref, by)
    if draft and draft.content.pop(part, None) is not None:
        _remember_removed(draft, part)
        if part.startswith("child-"):
            _part_from_relatives(draft, part)
        _keep(draft)


@one_transaction
def discard_draft(ref: UUID, *, by: Acting) -> None:
    """Delete the writer's own draft ``ref``; one that is gone already changes nothing."""
    if ReferralDraft.objects.visible_to(by).filter(uuid=ref).delete()[0]:
        audit.record("referral_draft.discard", by=by, target="referrals.ReferralDraft", uuids=[ref])


def version_of(draft: ReferralDraft, part: str) -> int:
    """Return the version of a part, 0 while there is none."""
    return int(draft.content.get(part, {}).get("version", 0))


def next_number(draft: ReferralDraft, kind: str) -> int:
    """Return the number of one more part of ``kind``: one that no part of the draft has or had."""
    held = [_number(key) for key in draft.content if key.partition("-")[0] == kind]
    return max(_highest_removed(draft, kind), *held, 0) + 1


def _number(part: str) -> int:
    return int(part.partition("-")[2] or NO_NUMBER)


def _highest_removed(draft: ReferralDraft, part: str) -> int:
    removed = draft.content.get(REMOVED, {}).get("fields", {})
    return int(removed.get(part.partition("-")[0], ["0"])[0])


def _remember_removed(draft: ReferralDraft, part: str) -> None:
    kind = part.partition("-")[0]
    highest = max(_number(part), _highest_removed(draft, kind))
    fields = draft.content.get(REMOVED, {}).get("fields", {}) | {kind: [str(highest)]}
    draft.content[REMOVED] = {"version": 1, "fields": fields}


def _part_from_relatives(draft: ReferralDraft, child: str) -> None:
    for key, held in draft.content.items():
        if key.startswith("relative-"):
            of = [each for each in held["fields"].get("of", []) if each != child]
            asks = {} if of else {ASKS_WHOSE: ["yes"]}
            # One version up: a window that still shows the removed child overwrites nothing.
            draft.content[key] = {"version": held["version"] + 1, "fields": held["fields"] | {"of": of} | asks}


def _locked(ref: UUID, by: Acting) -> ReferralDraft | None:
    return ReferralDraft.objects.visible_to(by).select_for_update().filter(uuid=ref).first()


def _made(ref: UUID, by: Acting, *, is_new: bool) -> ReferralDraft:
    """Return the new draft ``ref``. Raises ValidationError where there was one, or somebody else has it."""
    gone = ValidationError(
        _("This is not kept: the draft was sent, discarded or handed to a colleague. Your text is still on this"
          " page: copy it where you need it.")
    )  # fmt: skip
    if not is_new:
        raise gone
    try:
        with transaction.atomic():
            return ReferralDraft.objects.create(uuid=ref, user=by.user, agency_id=by.agency_id)  # type: ignore[misc]  # checked by the caller
    except IntegrityError:
        raise gone from None


def _keep(draft: ReferralDraft) -> None:
    if len(json.dumps(draft.content)) > LARGEST:
        raise ValidationError(
            _("This is too long to be kept as a draft. Your text is still on this page: shorten it, or copy it.")
        )
    # past the door: the writer's own, locked above
    ReferralDraft.objects.filter(pk=draft.pk).update(content=draft.content, saved_at=Now())
