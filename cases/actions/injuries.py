"""Keeping what is seen on a child's body with the concern that tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.body_map import HEIGHT, REGIONS, WIDTH, InjuryKind, Point
from cases.models import Concern, InjuryMark

MOST_MARKS = 6


@dataclass(frozen=True, kw_only=True)
class NewInjury:
    """A mark: its region, its kind, and in words; ``at`` is its place on the picture, None for the region's middle."""

    region: str
    kind: InjuryKind
    words: str
    at: Point | None = None


def check(injuries: Sequence[NewInjury]) -> None:
    """Refuse marks that say too little or stand nowhere. Raises ValidationError."""
    if len(injuries) > MOST_MARKS:
        raise ValidationError(
            _("Nothing was saved. Mark at most %(most)s places, and describe the rest in words.") % {"most": MOST_MARKS}
        )
    for each in injuries:
        if each.region not in REGIONS or not each.words.strip():
            raise ValidationError(_("Nothing was saved. Say of each mark where it is, and describe it in words."))
        if each.at and not (0 <= each.at[0] <= WIDTH and 0 <= each.at[1] <= HEIGHT):
            raise ValidationError(_("Nothing was saved. A mark is not on the picture: choose its place again."))


def keep(concern: Concern, injuries: Sequence[NewInjury]) -> None:
    """Keep ``injuries``, which were checked, with ``concern``, in one statement."""
    InjuryMark.objects.bulk_create(_row(concern, each) for each in injuries)


def _row(concern: Concern, new: NewInjury) -> InjuryMark:
    x, y = new.at or REGIONS[new.region].centre
    return InjuryMark(concern=concern, region=new.region, x=x, y=y, kind=new.kind, words=new.words.strip())
