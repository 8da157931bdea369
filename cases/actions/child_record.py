"""Keeping a child's record: details, names, addresses and the services that know the child."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency, User
from cases import timeline
from cases.access_child import Fact
from cases.actions.child_change import begin, finish
from cases.codes import Ethnicity, Known, Sex
from cases.models import Address, Child, ChildName, KnownService
from safeguard.audit.actions import one_transaction


@dataclass(frozen=True, kw_only=True)
class Details:
    """What makes a child who they are. A child is born or expected, never both."""

    born_on: date | None = None
    expected_on: date | None = None
    sex: Sex = Sex.UNKNOWN
    gender: str = ""
    ethnicity: Ethnicity = Ethnicity.NOBT
    faith: str = ""
    languages: Sequence[str] = ()
    needs_interpreter: Known = Known.NOT_KNOWN
    disabilities: Sequence[str] = ()


CHANGED_MEANWHILE = "changed_meanwhile"


@one_transaction
def change_details(child: Child, details: Details, *, known_at: datetime | None = None, by: Acting) -> None:
    """Change what is known of ``child``.

    ``known_at`` is when the record that the writer had before them was last changed: where somebody has changed
    it since, nothing is overwritten. Raises Http404 below contribute; ValidationError for impossible dates, and
    with the code CHANGED_MEANWHILE.
    """
    changed = begin(child, by)
    if known_at is not None and changed.updated_at != known_at:
        raise ValidationError(
            _(
                "Nothing was saved, and what you typed is still here. Somebody else changed these details while you"
                " had this page open: compare with the record, then save again to put yours in place of theirs."
            ),
            code=CHANGED_MEANWHILE,
        )
    if details.born_on and details.born_on > timezone.localdate():
        raise ValidationError(
            _("Nothing was changed. The date of birth is in the future: for an unborn child, give the expected date.")
        )
    if details.expected_on and details.sex != Sex.UNKNOWN:
        raise ValidationError(_("Nothing was changed. Before birth, the sex is “not known” (census rule 8750)."))
    values = asdict(details) | {"languages": list(details.languages), "disabilities": list(details.disabilities)}
    for name, value in values.items():
        setattr(changed, name, value)
    changed.save()
    finish(changed, "child.change_details", _("Details of the child were changed"), by=by)


@one_transaction
def add_name(child: Child, kind: ChildName.Kind, *, given: str, surname: str, by: Acting) -> ChildName:
    """Add a name to ``child``. A new current name ends the one before, which stays as a previous name.

    Raises Http404 below contribute; ValidationError without any name.
    """
    if not (given.strip() or surname.strip()):
        raise ValidationError(_("Nothing was saved. Enter a first name or a last name; part of one is enough."))
    changed, today = begin(child, by), timezone.localdate()
    if kind == ChildName.Kind.CURRENT:
        _keep_as_previous(changed, today)
    made = ChildName.objects.create(
        child=changed, kind=kind, given=given.strip(), surname=surname.strip(), since=today, recorded_by=by.user
    )
    finish(changed, "child.add_name", _("A name of the child was added"), by=by)
    return made


def _keep_as_previous(child: Child, today: date) -> None:
    # past the door: the names of a child whom the caller may change
    ending = ChildName.objects.filter(child=child, kind=ChildName.Kind.CURRENT, until__isnull=True)
    # A name that was recorded with a later start cannot end before it.
    ending.update(kind=ChildName.Kind.PREVIOUS, until=today)


@dataclass(frozen=True, kw_only=True)
class NewAddress:
    """Where a child lives. ``replaces`` ends the addresses until now; ``readers`` may know a protected one."""

    lines: str
    postcode: str = ""
    since: date | None = None
    replaces: bool = True
    is_protected: bool = False
    readers: Sequence[User] = field(default_factory=list)


@one_transaction
def add_address(child: Child, new: NewAddress, *, by: Acting) -> Address:
    """Add an address to ``child``; a protected one is seen only by ``by`` and the readers it names, and so is the move.

    Raises Http404 below contribute; ValidationError for a start in the future.
    """
    changed = begin(child, by)
    since = new.since or timezone.localdate()
    if since > timezone.localdate():
        raise ValidationError(_("Nothing was saved. The child cannot live there from a day in the future."))
    # The end of the address before would tell everybody who may not know the new one that the child has moved.
    hides_move = new.replaces and new.is_protected
    if new.replaces and not hides_move:
        # past the door: of a child whom the caller may change; those hidden from them stay as they are
        before = Address.objects.filter(child=changed, until__isnull=True)
        before.exclude(since__gt=since).update(until=since)
    made = Address.objects.create(
        child=changed,
        lines=new.lines,
        postcode=new.postcode.upper(),
        since=since,
        is_protected=new.is_protected,
        hides_move=hides_move,
        recorded_by=by.user,
    )
    made.readers.set(new.readers if new.is_protected else [])
    # That the child has moved to a protected address is itself not for everybody involved.
    audience = timeline.OWN_TEAM if new.is_protected else None
    finish(changed, "child.add_address", _("An address of the child was added"), by=by, audience=audience)
    return made


@one_transaction
def add_service(child: Child, kind: KnownService.Kind, *, agency: Agency | None, name: str, by: Acting) -> KnownService:
    """Add a service that knows ``child``: an agency that takes part here, or the name of one that does not.

    Raises Http404 below contribute; ValidationError for neither or both.
    """
    changed = begin(child, by)
    if (agency is None) == (not name.strip()):
        raise ValidationError(_("Nothing was saved. Choose an agency, or enter the name of one that is not listed."))
    made = KnownService.objects.create(
        child=changed, kind=kind, agency=agency, name=name.strip(), since=timezone.localdate(), recorded_by=by.user
    )
    finish(changed, "child.add_service", _("A service that knows the child was added"), by=by)
    return made


@one_transaction
def end_fact(fact: Fact, *, last_day: date, by: Acting) -> None:
    """Say that a further name, a number, address, tie or service held until ``last_day``; it stays on the record.

    Raises Http404 below contribute; ValidationError for a day to come or before the fact began.
    """
    changed = begin(fact.child, by)
    if last_day > timezone.localdate() or (fact.since and last_day < fact.since):
        raise ValidationError(
            _("Nothing was changed. The last day must be today or earlier, and not before the first.")
        )
    # past the door: the fact that the caller has, once nobody else can change it
    holding = type(fact).objects.filter(pk=fact.pk, until__isnull=True)
    if not holding.update(until=last_day):
        raise ValidationError(_("Nothing was changed: somebody has ended this in the meantime."))
    hidden = isinstance(fact, Address) and fact.is_protected
    audience = timeline.OWN_TEAM if hidden else None
    finish(changed, "child.end_fact", _("Something about the child holds no longer"), by=by, audience=audience)
