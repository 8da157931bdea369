"""What changed in the practice profile from one version to the next, who changed it, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agencies.models import PracticeProfile, Timescale


@dataclass(frozen=True)
class Change:
    """A timescale that one version has otherwise than the one before, in words; None where it has it not."""

    code: str
    action: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Step:
    """A version, and what it changed; ``is_first`` has none before it."""

    version: PracticeProfile
    changes: list[Change]
    is_first: bool


def steps(versions: Sequence[PracticeProfile]) -> list[Step]:
    """Return what each of ``versions``, of one profile, changed against the one before it. Three statements."""
    earlier = PracticeProfile.objects.filter(
        code__in={each.code for each in versions}, version__in={each.version - 1 for each in versions}
    )
    known = {(each.code, each.version): each.pk for each in earlier}
    found = Timescale.objects.filter(profile__in={*known.values(), *(each.pk for each in versions)})
    rows: dict[int, dict[str, Timescale]] = {}
    for each in found.order_by("position"):
        rows.setdefault(each.profile_id, {})[each.code] = each
    return [_step(each, known.get((each.code, each.version - 1)), rows) for each in versions]


def _step(version: PracticeProfile, before: int | None, rows: Mapping[int, Mapping[str, Timescale]]) -> Step:
    now = rows.get(version.pk, {})
    if before is None:
        return Step(version, [], is_first=True)
    return Step(version, list(_changes(rows.get(before, {}), now)), is_first=False)


def _changes(before: Mapping[str, Timescale], after: Mapping[str, Timescale]) -> Iterable[Change]:
    for code, row in {**before, **after}.items():
        words = [held[code].in_words if code in held else None for held in (before, after)]
        if words[0] != words[1]:
            yield Change(code, row.action, words[0], words[1])
