"""A score in words: which facts agree, which differ and which are missing; the numbers for who asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.matching.levels import Level
from cases.matching.weights import Band, Score

Text = str | Promise
FIELD_NAMES: Mapping[str, Text] = {
    "given": _("first name"),
    "surname": _("last name"),
    "born": _("date of birth"),
    "sex": _("sex"),
    "place": _("address"),
    "number": _("NHS or pupil number"),
}
LEVEL_NAMES: Mapping[Level, Text] = {
    Level.SAME: _("the same"),
    Level.SHORT_FORM: _("a known short form or spelling"),
    Level.VERY_SIMILAR: _("very similar"),
    Level.SWAPPED: _("in the other’s place"),
    Level.PART: _("the same in part"),
    Level.SIMILAR: _("somewhat similar"),
    Level.DIFFERENT: _("different"),
    Level.MISSING: _("missing"),
}
BAND_NAMES: Mapping[Band, Text] = {
    Band.LIKELY: _("Likely to be the same child"),
    Band.POSSIBLE: _("May be the same child"),
    Band.HOUSEHOLD: _("May be a brother, sister or twin"),
    Band.NONE: _("No match"),
}
AGREES = {Level.SAME, Level.SHORT_FORM, Level.VERY_SIMILAR, Level.SWAPPED}


@dataclass(frozen=True)
class Explanation:
    """What is said of a pair: the band, and three lists of "fact: how far"."""

    band: Text
    sibling: bool
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    missing: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]


def explained(score: Score) -> Explanation:
    """Return the words for ``score``; the numbers are probabilities in per cent, rounded and never 0 or 100."""
    agrees = [_said(field, level) for field, level in score.levels.items() if level in AGREES]
    unlike = AGREES | {Level.MISSING}
    return Explanation(
        band=BAND_NAMES[score.band],
        sibling=score.may_be_sibling and score.band is not Band.HOUSEHOLD,
        agrees=tuple(agrees),
        differs=tuple(_said(field, level) for field, level in score.levels.items() if level not in unlike),
        missing=tuple(str(FIELD_NAMES[field]) for field, level in score.levels.items() if level is Level.MISSING),
        numbers=(
            (str(_("The same child")), per_cent(score.p_same)),
            (str(_("Of the same household")), per_cent(score.p_household)),
        ),
    )


def _said(field: str, level: Level) -> str:
    name = str(FIELD_NAMES[field])
    return name if level in (Level.SAME, Level.DIFFERENT) else f"{name} ({LEVEL_NAMES[level]})"


def per_cent(probability: float) -> str:
    """Return a probability in words: certainty is for people."""
    rounded = round(100 * probability)
    if rounded <= 0:
        return str(_("less than 1 in 100"))
    return str(_("more than 99 in 100")) if rounded >= 100 else str(_("%(n)d in 100")) % {"n": rounded}  # noqa: PLR2004
