"""How a decision is challenged: the stages of professional disagreement as the practice profile sets them."""

from dataclasses import dataclass

from agencies.models import PracticeProfile

PREFIX = "ESC_"


@dataclass(frozen=True)
class Stage:
    """One stage: who speaks with whom, and within which time."""

    action: str
    within: str


def challenge_stages() -> list[Stage]:
    """Return the stages in their order, none where the profile has none."""
    profile = PracticeProfile.objects.current()
    found = profile.timescales.filter(code__startswith=PREFIX).order_by("code") if profile else []
    return [Stage(each.action, each.in_words) for each in found]
