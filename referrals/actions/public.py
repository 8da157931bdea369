"""Reports by people without an account: sent once, answered by a reference and a secret, read back without content."""

import hashlib
import hmac
import json
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.notices import link_to
from agencies.models import Agency
from cases.references import new_reference
from referrals import clocks, telling
from referrals.codes import Source, Urgency
from referrals.models import Referral
from referrals.references import with_free_reference
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.actor import Actor
from safeguard.notifications.actions import Note, send_email

SALT = "referrals.confirm"
LINK_HOLDS = 14 * 24 * 3600  # seconds
SECRET_BYTES, GROUP = 10, 4
IDENTITY = ("name", "role", "organisation", "phone", "email", "knows_child", "safe_contact")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a short form holds: what is said of the child and what happened, and who says it, by the models' names."""

    source: Source
    said: Mapping[str, Any]
    reporter: Mapping[str, str]
    to_agency: Agency


@dataclass(frozen=True)
class Receipt:
    """What the reporter keeps: a reference, and the secret with which they ask whether it was read."""

    reference: str
    secret: str
    acknowledge_by: datetime | None

    @property
    def spoken_reference(self) -> str:
        """Return the reference in two halves."""
        return f"R {self.reference[:4]} {self.reference[4:]}"


@dataclass(frozen=True)
class Status:
    """What a reporter may know: ``outcome`` and ``reasons`` only as a professional with a confirmed address."""

    received_at: datetime
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None
    agency: str
    outcome: str
    reasons: str
    told_at: datetime | None


@one_transaction
def report(new: Report, *, key: UUID, by: Actor) -> Receipt:
    """Put ``new`` into the queue of its receiver; the same form with the same ``key`` again gets the same receipt.

    Nothing is looked up about the child: a report about a known child and one about an unknown child are the same.
    Raises ValidationError without a word of what happened, and for a danger without saying who was telephoned.
    """
    _check(new)
    due = clocks.ends((clocks.ACKNOWLEDGE, clocks.DECIDE), timezone.now())
    form = _fingerprint(new, key)
    secret = _secret(form)
    ends = {"acknowledge_by": due.get(clocks.ACKNOWLEDGE), "decide_by": due.get(clocks.DECIDE)}
    identity = {name: new.reporter.get(name, "") for name in IDENTITY}
    hashes = {"form_hash": _hash(form), "secret_hash": _hash(secret)}
    said = {**new.said, **ends, "source": new.source}
    referral, reporter, reference, is_new = with_free_reference(
        lambda: _receive(said, identity | hashes, new.to_agency.uuid)
    )
    if is_new:
        audit.record("referral.submit_public", by=by, target="referrals.Referral", uuids=[referral])
        sent = Referral(bundle=referral, urgency=new.said["urgency"], to_agency=new.to_agency)
        telling.tell_of_new(sent, count=1)
        if new.source == Source.PROFESSIONAL:
            _ask_to_confirm(reporter, new.reporter["email"])
    return Receipt(reference, _grouped(secret), due.get(clocks.ACKNOWLEDGE))


def status(reference: str, secret: str) -> Status | None:
    """Return what the holder of a receipt may know, None where reference and secret do not belong together."""
    digits = "".join(char for char in reference if char.isdigit())
    letters = "".join(char for char in secret.upper() if char.isalnum())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_public_status(%s, %s)", [digits, _hash(letters)])
        row = cursor.fetchone()
    return Status(*row) if row else None


@one_transaction
def confirm(token: str, *, by: Actor) -> None:
    """Confirm the work address that ``token`` was sent to. Raises ValidationError for a link that holds no more."""
    try:
        reporter = UUID(signing.loads(token, salt=SALT, max_age=LINK_HOLDS))
    except (signing.BadSignature, ValueError):
        raise ValidationError(_("This link does not work any more. Your report was received all the same.")) from None
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_confirm_reporter(%s)", [reporter])
    audit.record("referral.confirm_address", by=by, target="referrals.PublicReporter", uuids=[reporter])


def _check(new: Report) -> None:
    if not str(new.said.get("facts", "")).strip():
        raise ValidationError(_("Nothing was sent, and your text is kept. Say what worries you."))
    if new.said.get("urgency") == Urgency.DANGER and not str(new.said.get("telephoned", "")).strip():
        raise ValidationError(_("Nothing was sent, and your text is kept. Say whom you have telephoned."))


def _receive(said: Mapping[str, Any], reporter: Mapping[str, str], agency: UUID) -> tuple[UUID, UUID, str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM referrals_receive_public(%s, %s, %s, %s)",
            [json.dumps(said, cls=DjangoJSONEncoder), json.dumps(reporter), agency, new_reference()],
        )
        referral, made_by, reference, is_new = cursor.fetchall()[0]
    return referral, made_by, reference, is_new


def _fingerprint(new: Report, key: UUID) -> str:
    # With what was typed: a page that was gone back to and changed is another report, and must not be lost.
    typed = [str(key), new.source, str(new.to_agency.uuid), dict(new.said), dict(new.reporter)]
    return json.dumps(typed, cls=DjangoJSONEncoder, sort_keys=True)


def _secret(form: str) -> str:
    # From the form, so that a second click shows the same receipt; only hashes of both are kept.
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"public report {form}".encode(), "sha256")
    return b32encode(digest[:SECRET_BYTES]).decode()


def _grouped(secret: str) -> str:
    return "-".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _ask_to_confirm(reporter: UUID, address: str) -> None:
    token = signing.dumps(str(reporter), salt=SALT)
    link = link_to(reverse("referrals:public_confirm", args=[token]))
    body = _(
        "Somebody gave this address with a report to children’s social care. If it was you, confirm it, and you hear"
        " what is decided: %(link)s\n\nThe link holds for 14 days. If it was not you, do nothing."
    ) % {"link": link}
    note = Note(kind="referral.confirm", subject=_("Confirm your work e-mail address"), body=body, secret=True)
    send_email(note, address=address, dedupe_key=f"referral.confirm:{reporter}")
