"""What is done to an entry that stands: correct it, dispute it, change who may see it. Nothing is overwritten."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases import access, access_timeline, timeline
from cases.actions.grants import lock_as
from cases.audience import outlook, to_be_told
from cases.concern_routes import with_teams
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Concern, EntryPlaceholder, EntryRemark, Plan, TimelineEntry
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox


@one_transaction
def correct(case: Case, entry: TimelineEntry, event: timeline.Event, *, reason: str, by: Acting) -> TimelineEntry:
    """Add ``event`` as the correction of ``entry``, which stays, struck through. Returns the correction.

    Its kind and readers are those of ``entry``. Somebody else's correction of the same entry stays beside it.
    Raises Http404 for whoever is not of the author's team; ValidationError without a reason or for a time
    that cannot be right.
    """
    if not reason.strip() or not event.title.strip():
        raise ValidationError(_("Nothing was saved, and your text is kept. Say what happened, and why you correct it."))
    case, entry = _of_own_team(case, entry, by=by)
    timeline.check_time(case, event.occurred_at, before_birth=event.before_birth)
    event = replace(event, kind=Kind(entry.kind), audience=replace(timeline.audience_of(entry), placeholder=False))
    made = timeline.supersede(entry, event, reason=reason, by=by)
    _record("entry.correct", made, entry, reason=reason, by=by)
    return made


@one_transaction
def dispute(case: Case, entry: TimelineEntry, *, text: str, by: Acting) -> EntryRemark:
    """Let ``by``'s agency say that it sees ``entry`` otherwise; it stands beside the entry, for the same readers.

    Its author is told while they can see it. Raises Http404 below the contribute level and for an entry that
    ``by`` may not see; ValidationError without a text, or for an entry of one's own agency, which is corrected.
    """
    if not text.strip():
        raise ValidationError(_("Nothing was saved. Say what you see otherwise, and what you know."))
    case, entry = _seen_and_locked(case, entry, by=by)
    if entry.author_agency_id == by.agency_id:
        raise ValidationError(_("Nothing was saved. This is an entry of your own agency: correct it instead."))
    remark = _remark(entry, EntryRemark.Kind.DISPUTE, text, by=by)
    readers = outlook(access.who_can_see(by, case), case, access_timeline.seen_by([entry])[entry.pk])
    if entry.author in to_be_told(case, readers):
        _tell_author(case, entry, remark)
    _record("entry.dispute", entry, by=by)
    return remark


@one_transaction
def change_audience(
    case: Case, entry: TimelineEntry, audience: timeline.Audience, *, reason: str, by: Acting
) -> EntryRemark:
    """Change who may see ``entry`` and all its corrections; the reason stands beside it and in the audit.

    Raises Http404 for whoever is not of the author's team; ValidationError without a reason, for a plan, which
    stays everybody's, or where the entry is or becomes more sensitive than ``by`` is cleared for.
    """
    if not reason.strip():
        raise ValidationError(_("Nothing was changed. Say why somebody else may see it now, or may not any more."))
    case, entry = _of_own_team(case, entry, by=by)
    timeline.check_clearance(audience, by=by)
    if entry.kind in Plan.kinds and (audience.mask, audience.sensitivity) != (timeline.EVERY_SECTOR, 0):
        raise ValidationError(
            _("Nothing was changed. Everybody involved sees a plan: put what only some may see into an action of it.")
        )
    audience = _with_holders(entry, audience)
    if not access_timeline.change_audience(entry, audience):
        raise ValidationError(_("Nothing was changed. The entry is more sensitive than you are cleared for."))
    entry.refresh_from_db()
    # past the door: the entry’s own
    EntryPlaceholder.objects.filter(entry=entry).delete()
    if audience.placeholder:
        timeline.hold_place(entry)
    remark = _remark(entry, EntryRemark.Kind.AUDIENCE, reason, by=by)
    _record("entry.change_audience", entry, reason=reason, by=by)
    return remark


def _with_holders(entry: TimelineEntry, audience: timeline.Audience) -> timeline.Audience:
    """Return ``audience`` with the teams to which the concern behind ``entry`` was brought: they do not lose it.

    Raises ValidationError for a sensitivity for which not everybody there may be cleared.
    """
    of = _chain(entry)
    # past the door: the concern of an entry that ``by``’s own team wrote, or of the one that it corrects
    found = Concern.objects.filter(entry__in=of, look_due_at__isnull=False).select_related("team", "also").first()
    if found is None:
        return audience
    if audience.sensitivity > entry.sensitivity:
        raise ValidationError(
            _(
                "Nothing was changed. A team was asked to look at the concern behind this entry, and not everybody"
                " there may be cleared for more. Choose fewer readers instead."
            )
        )
    return with_teams(audience, [team for team in (found.team, found.also) if team])


def _chain(entry: TimelineEntry) -> list[int]:
    """Return the keys of ``entry`` and of what it corrects, back to what was written first."""
    keys, at = [entry.pk], entry.corrects_id
    while at:
        keys.append(at)
        # past the door: corrections belong to the team of what they correct
        at = TimelineEntry.objects.filter(pk=at).values_list("corrects_id", flat=True).first()
    return keys


def _seen_and_locked(case: Case, entry: TimelineEntry, *, by: Acting) -> tuple[Case, TimelineEntry]:
    locked = lock_as(by, case, AccessLevel.CONTRIBUTE)
    return locked, access_timeline.entry(by, locked, entry.uuid)


def _of_own_team(case: Case, entry: TimelineEntry, *, by: Acting) -> tuple[Case, TimelineEntry]:
    case, entry = _seen_and_locked(case, entry, by=by)
    if entry.author_group_id not in by.group_ids:
        audit.record_refusal("entry.change", by=by, target="cases.TimelineEntry", uuids=[entry.uuid])
        raise Http404
    return case, entry


def _remark(entry: TimelineEntry, kind: EntryRemark.Kind, text: str, *, by: Acting) -> EntryRemark:
    return EntryRemark.objects.create(
        entry=entry, kind=kind, text=text, author=by.user, author_agency_id=by.agency_id or 0
    )


def _tell_author(case: Case, entry: TimelineEntry, remark: EntryRemark) -> None:
    note = Note(
        kind="entry.dispute",
        subject=_("An entry of yours on case %(case)s is disputed") % {"case": case.spoken_reference},
        body="",
        path=reverse("cases:entry", args=[case.uuid, entry.uuid]),
    )
    key = f"entry.dispute:{remark.uuid}"
    put_in_inbox(note, recipient_id=entry.author_id or 0, dedupe_key=key, agency_id=entry.author_agency_id)


def _record(action: str, *entries: TimelineEntry, by: Acting, reason: str = "") -> None:
    uuids = [each.uuid for each in entries]
    audit.record(action, by=by, target="cases.TimelineEntry", uuids=uuids, reason=reason)
