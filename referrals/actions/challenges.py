"""Challenging a decision, answering the challenge, and settling it: each for its side, told to the other."""

from datetime import datetime
from typing import cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from referrals import access, challenge, clocks, reminding, telling
from referrals.challenge import Kind
from referrals.models import ChallengeStep, Referral
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def take_challenge_step(referral: Referral, kind: Kind, *, text: str, number: int, by: Acting) -> ChallengeStep:
    """Challenge, answer or settle, as step ``number`` of the referral's challenge, and tell the other side.

    Raises Http404 for whoever does not see the referral or is not of the side whose step it is, ValidationError without
    words where they are needed, and where the other side has gone on meanwhile.
    """
    locked = access.locked(by, referral)
    steps = access.challenge_of(by, locked)
    stages = challenge.challenge_stages()
    above = challenge.next_stage(steps, timezone.now(), most=len(stages))
    if number != len(steps) + 1:
        raise ValidationError(
            _("Nothing was saved, and your text is kept. The challenge has gone on since you opened the page: open the"
              " referral anew before you go on.")
        )  # fmt: skip
    if not challenge.may(kind, locked, steps, access.sides(by, locked), above=above):
        raise access.refusal(by, locked.uuid)
    if kind != Kind.SETTLE and not text.strip():
        raise ValidationError(_("Nothing was saved. Write what you say to the other side."))
    stage = above if kind == Kind.RAISE and above else steps[-1].stage
    made = ChallengeStep.objects.create(
        referral=locked,
        number=number,
        stage=stage,
        kind=kind,
        text=text,
        answer_by=_answer_by(stage) if kind == Kind.RAISE else None,
        made_by=by.user,
        made_for_id=cast("int", by.agency_id),  # whoever is of a side acts for its agency
    )
    detail = {"step": str(kind), "stage": stage}
    audit.record("referral.challenge", by=by, target="referrals.Referral", uuids=[locked.uuid], detail=detail)
    if made.answer_by:
        reminding.challenged(locked, made.answer_by)
    telling.tell_of_challenge(locked, made, by=by)
    return made


def _answer_by(stage: int) -> datetime | None:
    code = f"{challenge.PREFIX}{stage}"
    return clocks.ends([code], timezone.now()).get(code)
