"""New versions of the matching weights, and signing one off: from the command line, as the owner of the tables."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from cases.models import MatchModel, MatchWeight
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.actor import Actor

COLUMNS = ["field", "level", "m", "u", "h"]
Rows = dict[tuple[str, str], tuple[float, float, float]]


@one_transaction
def add_weights(lines: Iterable[str], *, note: str, by: Actor) -> MatchModel:
    """Make the next version of the weights from the lines of a CSV file; it is not used until it is signed off.

    Raises ValidationError that names each line that is wrong, and for levels that are missing or unknown.
    """
    if not note.strip():
        raise ValidationError("Nothing was added. Say in a note where these weights come from.")
    rows = _read(lines)
    newest = MatchModel.objects.aggregate(newest=Max("version"))["newest"] or 0
    _must_be_complete(rows, newest)
    made = MatchModel.objects.create(version=newest + 1, note=note.strip())
    MatchWeight.objects.bulk_create(
        MatchWeight(model=made, field=field, level=level, m=m, u=u, h=h) for (field, level), (m, u, h) in rows.items()
    )
    audit.record("weights.add", by=by, target="cases.MatchModel", detail={"version": made.version})
    return made


@one_transaction
def sign_off(version: int, *, who: str, figures: str, on: date | None = None, by: Actor) -> MatchModel:
    """Put on record who answers for a version of the weights and by which measured figures; it is used from then on.

    Raises ValidationError for a version that is not there or is signed off, without a name or figures, for a
    day to come, and for a version that is older than the one in use.
    """
    on = on or timezone.localdate()
    if not (who.strip() and figures.strip()):
        raise ValidationError(
            "Nothing was signed off. Give the name and office of who answers for it, and the figures."
        )
    if on > timezone.localdate():
        raise ValidationError("Nothing was signed off. The day is in the future.")
    model = MatchModel.objects.select_for_update().filter(version=version).first()
    used = MatchModel.objects.filter(signed_off_on__isnull=False).aggregate(newest=Max("version"))["newest"] or 0
    if model is None or model.signed_off_on:
        raise ValidationError(f"Nothing was signed off. Version {version} is not there, or is signed off already.")
    if version < used:
        raise ValidationError(f"Nothing was signed off. Version {used} is in use: an older one would not be used.")
    model.signed_off_by, model.signed_off_on, model.figures = who.strip(), on, figures.strip()
    model.save(update_fields=["signed_off_by", "signed_off_on", "figures"])
    audit.record("weights.sign_off", by=by, target="cases.MatchModel", detail={"version": version, "on": str(on)})
    return model


def _read(lines: Iterable[str]) -> Rows:
    reader = csv.DictReader(lines)
    if reader.fieldnames != COLUMNS:
        raise ValidationError(f"Nothing was added. The first line must be: {','.join(COLUMNS)}")
    rows: Rows = {}
    wrong: list[str] = []
    for number, row in enumerate(reader, 2):
        key, weights = (row["field"], row["level"]), _weights(row)
        if weights is None or key in rows:
            wrong.append(f"Line {number}: each level comes once, with three probabilities between 0 and 1.")
        else:
            rows[key] = weights
    if wrong:
        raise ValidationError(["Nothing was added.", *wrong])
    return rows


def _weights(row: Mapping[str, str]) -> tuple[float, float, float] | None:
    try:
        m, u, h = (float(row[name]) for name in ("m", "u", "h"))
    except (TypeError, ValueError):
        return None
    return (m, u, h) if all(0 <= each <= 1 for each in (m, u, h)) else None


def _must_be_complete(rows: Rows, like: int) -> None:
    """Refuse a version with other levels than the version ``like``: scoring looks each of them up."""
    known = set(MatchWeight.objects.filter(model=like).values_list("field", "level"))
    different = sorted(" ".join(key) for key in known ^ rows.keys())
    if different:
        raise ValidationError(f"Nothing was added. Missing or unknown levels: {', '.join(different)}")
