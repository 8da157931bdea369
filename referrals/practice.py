"""What the practice profile says of decisions: its levels of need, and which outcomes a manager must sign off.

A profile names them in its ``codes``: ``{"list": "referral_sign_off", "code": "no_assessment"}``.
"""

from agencies.models import PracticeProfile
from referrals.codes import Outcome

LIST = "referral_sign_off"


def wants_sign_off(outcome: Outcome) -> bool:
    """Return whether the current profile wants a manager's signature under ``outcome``."""
    profile = PracticeProfile.objects.current()
    codes = profile.codes if profile else []
    return any(each.get("list") == LIST and each.get("code") == outcome for each in codes)


def levels_of_need() -> list[dict[str, str]]:
    """Return the levels of the current profile, each with ``level``, ``name``, ``legal_basis`` and ``route``."""
    profile = PracticeProfile.objects.current()
    return list(profile.levels) if profile else []
