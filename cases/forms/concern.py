"""The form in which somebody logs a concern: a few facts and a next step; everything else may stay empty."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Agency, Membership, Sector, Team, User
from agencies.roles import Can
from cases.actions.children import NewChild
from cases.actions.concerns import NewConcern
from cases.actions.known import Decided
from cases.audience import Reach
from cases.concern_codes import CategoryGroup, HowKnown, NextStep, Route, Worry, in_group
from cases.concern_outlook import ConcernOutlook, outlook_of
from cases.concern_routes import Passing
from cases.forms.injuries import INJURY_LOOKS, InjuryForm
from cases.forms.known import AsksWhoItIs
from cases.forms.named_child import CHILD_LOOKS, NEW, NamedChildForm
from cases.forms.siblings import SIBLING_LOOKS, SiblingForm
from cases.models import Child
from cases.timeline import EVERYBODY_INVOLVED, OWN_TEAM, Audience
from safeguard.common.forms import DatePartsField, Look

USUAL = "usual"  # readers: nobody chose others
TIMES = ["%H:%M", "%H.%M", "%H%M", "%I:%M%p", "%I.%M%p", "%I:%M %p", "%I.%M %p", "%I%p", "%I %p"]
# As on a timeline: a time that nobody gave is midnight, and pages leave it out.
NO_TIME = time(0, 0)
OF_ONE_CHILD = ("opinion", "child_words", "present", "immediate_action", "needs_to_know")
OFFERED = 40  # children at most that a form offers


def _field_of(group: str) -> str:
    return f"categories_{group}"


def _sectors() -> list[tuple[str, str]]:
    return list(Sector.objects.values_list("code", "name"))


class ColleagueChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice of one of the writer's colleagues, themselves first."""

    writer: User | None = None

    def label_from_instance(self, obj: User) -> str:
        """Return the name."""
        return obj.name

    def to_python(self, value: Any) -> Any:
        """Return the person; the writer, who has it most often, is known without a query."""
        return self.writer if self.writer and str(value) == str(self.writer.uuid) else super().to_python(value)


class ColleaguesChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice of several of the writer's colleagues."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name."""
        return obj.name


class ConcernForm(AsksWhoItIs, NamedChildForm, InjuryForm, SiblingForm):
    """One concern about one child, and one more for each brother or sister that is named."""

    child_search = forms.CharField(
        label=_("Find the child by name"), max_length=200, required=False, help_text=_("A part of the name is enough")
    )
    draft = forms.UUIDField(required=False, widget=forms.HiddenInput)
    draft_version = forms.IntegerField(required=False, min_value=0, initial=0, widget=forms.HiddenInput)
    offered = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    child = forms.ChoiceField(label=_("Who is the child?"), widget=forms.RadioSelect)
    facts = forms.CharField(
        label=_("What happened?"),
        widget=forms.Textarea,
        help_text=_("Facts: what you saw, heard or were told. Write about this child only"),
    )
    child_words = forms.CharField(
        label=_("The child’s own words"),
        required=False,
        widget=forms.Textarea,
        help_text=_("As they said them, also words for parts of the body"),
    )
    occurred_on = DatePartsField(label=_("On which day?"), must_be="past")
    occurred_time = forms.TimeField(
        label=_("At what time?"),
        required=False,
        input_formats=TIMES,
        help_text=_("For example 14:30. Leave empty if you do not know"),
        error_messages={"invalid": _("The time must be like 14:30")},
    )
    known_by = forms.ChoiceField(label=_("How do you know?"), choices=HowKnown, widget=forms.RadioSelect)
    worry = forms.TypedChoiceField(
        label=_("How worried are you?"),
        required=False,
        coerce=lambda value: Worry(int(value)),
        empty_value=None,
        choices=[(str(value), label) for value, label in Worry.choices],
        widget=forms.RadioSelect,
    )
    next_step = forms.ChoiceField(label=_("What happens next?"), choices=NextStep, widget=forms.RadioSelect)
    next_step_reason = forms.CharField(label=_("Why is nothing more needed?"), max_length=500, widget=forms.Textarea)
    owner = ColleagueChoice(
        label=_("Who does this?"), queryset=User.objects.none(), to_field_name="uuid", empty_label=None
    )
    opinion = forms.CharField(
        label=_("What do you think it means?"),
        required=False,
        widget=forms.Textarea,
        help_text=_("Your opinion, apart from the facts above"),
    )
    place = forms.CharField(label=_("Where did it happen?"), max_length=300, required=False)
    present = forms.CharField(label=_("Who else was there?"), max_length=500, required=False)
    category_groups = forms.MultipleChoiceField(
        label=_("What is it about?"), choices=CategoryGroup, required=False, widget=forms.CheckboxSelectMultiple
    )
    immediate_action = forms.CharField(label=_("What have you done already?"), required=False, widget=forms.Textarea)
    needs_to_know = forms.CharField(label=_("Who else needs to know?"), max_length=500, required=False)
    # A draft keeps text alone, so a file is chosen once the concern is saved.
    then_attach = forms.BooleanField(
        label=_("I have a file to attach"),
        required=False,
        help_text=_("You choose it next, when the concern is saved. No photographs of a child’s body"),
    )

    audience = forms.ChoiceField(
        label=_("Who may read it on the timeline of the case?"),
        required=False,
        choices=[
            (
                USUAL,
                _("The usual readers: of a school its safeguarding team, of others everybody involved in the case"),
            ),
            (Reach.EVERYBODY.value, Reach.EVERYBODY.label),
            (Reach.SECTORS.value, Reach.SECTORS.label),
            (Reach.OWN_TEAM.value, Reach.OWN_TEAM.label),
        ],
        initial=USUAL,
        widget=forms.RadioSelect,
        help_text=_("Where no case is open, the team that answers it reads it and nobody else"),
    )
    audience_sectors = forms.MultipleChoiceField(
        label=_("Which sectors?"), choices=_sectors, widget=forms.CheckboxSelectMultiple
    )
    route = forms.ChoiceField(
        label=_("Who answers it?"), choices=Route, initial=Route.USUAL, required=False, widget=forms.RadioSelect
    )
    route_reason = forms.CharField(
        label=_("Why do you go past your safeguarding team?"), max_length=500, required=False, widget=forms.Textarea
    )
    implicated = ColleaguesChoice(
        label=_("Who must not see it?"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They never see this concern, whatever their role"),
    )
    staff_name = forms.CharField(
        label=_("Whom is it about?"), max_length=200, required=False, help_text=_("A name, or who they are")
    )
    workplace = forms.ModelChoiceField(
        label=_("Where do they work?"),
        queryset=Agency.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label=_("Not listed"),
        help_text=_("Nobody who works there sees this concern, except you"),
    )

    looks = {
        **CHILD_LOOKS,
        **INJURY_LOOKS,
        **SIBLING_LOOKS,
        "audience": Look(reveals={Reach.SECTORS: ("audience_sectors",)}, optional=False),
        "route": Look(
            reveals={
                Route.UNREACHABLE: ("route_reason",),
                Route.IMPLICATED: ("implicated",),
                Route.STAFF: ("staff_name", "workplace"),
            },
            hints={
                Route.UNREACHABLE: _("It goes to children’s social care’s duty desk, and to your safeguarding team"),
                Route.IMPLICATED: _("It goes to children’s social care’s duty desk, and to nobody in your agency"),
                Route.STAFF: _("It goes to the designated officer, and to nobody at that person’s workplace"),
            },
            optional=False,
        ),
        "route_reason": Look(rows=2),
        "child_search": Look(autocomplete="off", spellcheck=False, optional=False),
        "facts": Look(rows=6),
        "child_words": Look(rows=3),
        "occurred_time": Look(width=5),
        "next_step": Look(reveals={NextStep.NONE: ("next_step_reason",)}),
        "next_step_reason": Look(rows=2),
        "opinion": Look(rows=3),
        "immediate_action": Look(rows=3),
        "category_groups": Look(reveals={group: (_field_of(group),) for group in CategoryGroup.values}),
    }

    def __init__(self, *args: Any, by: Acting, children: Sequence[Child], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        fields: Any = self.fields
        self.offer(children)
        fields["draft"].initial = uuid4()
        fields["owner"].queryset, fields["owner"].initial = colleagues(by), by.user.uuid
        fields["owner"].writer = by.user
        fields["implicated"].queryset = colleagues(by).exclude(pk=by.user.pk)
        fields["workplace"].queryset = Agency.objects.active().order_by("name")
        fields["child"].required = self.data.get("route") != Route.STAFF
        for group in CategoryGroup:
            fields[_field_of(group)] = forms.MultipleChoiceField(
                label=group.label, choices=in_group(group), required=False, widget=forms.CheckboxSelectMultiple
            )

    def offer(self, children: Sequence[Child]) -> None:
        """Offer ``children``, and one who is not listed."""
        fields: Any = self.fields
        self.children = {str(child.uuid): child for child in children}
        known = [(uuid, described(child)) for uuid, child in self.children.items()]
        fields["child"].choices = [*known, (NEW, _("A child who is not listed"))]
        self.offer_siblings(known)
        fields["offered"].initial = " ".join(self.children)

    def as_typed(self) -> None:
        """Show what was typed and say nothing of it yet."""
        self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        """Hold the names of a new child and the time against today."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("child") == NEW and not (data.get("given") or data.get("surname")):
            self.add_error("given", gettext("Enter a first name or a last name; part of one is enough"))
        self._clean_route(data)
        day = data.get("occurred_on")
        if day and _moment(day, data.get("occurred_time")) > timezone.now():
            self.add_error("occurred_time", gettext("The time must be in the past"))
        return data

    def _clean_route(self, data: dict[str, Any]) -> None:
        if data.get("route") == Route.UNREACHABLE and not (data.get("route_reason") or "").strip():
            self.add_error("route_reason", gettext("Say why you go past your safeguarding team"))
        if data.get("route") == Route.IMPLICATED and not data.get("implicated"):
            self.add_error("implicated", gettext("Choose who must not see it"))
        if data.get("route") == Route.STAFF and not (data.get("staff_name") or "").strip():
            self.add_error("staff_name", gettext("Say whom it is about: a name or a description"))

    def concern(self) -> NewConcern:
        """Return what was entered."""
        data = self.cleaned_data
        groups = data["category_groups"]
        return NewConcern(
            child=self._child(),
            decided=self.decided(),
            facts=data["facts"],
            opinion=data["opinion"],
            child_words=data["child_words"],
            occurred_at=_moment(data["occurred_on"], data["occurred_time"]),
            time_known=data["occurred_time"] is not None,
            place=data["place"],
            present=data["present"],
            known_by=HowKnown(data["known_by"]),
            worry=data["worry"],
            categories=tuple(code for group in groups for code in data[_field_of(group)]),
            immediate_action=data["immediate_action"],
            needs_to_know=data["needs_to_know"],
            next_step=NextStep(data["next_step"]),
            next_step_reason=data["next_step_reason"] or "",
            owner=data["owner"],
            injuries=self.injuries(),
            audience=self.chosen_audience(),
            passing=self._passing(),
        )

    def concerns(self) -> list[NewConcern]:
        """Return what was entered, one for each child.

        What was written of the first child (their words, marks, opinion, who else was there) stays with them.
        """
        first = self.concern()
        own: dict[str, Any] = dict.fromkeys(
            ("opinion", "child_words", "present", "immediate_action", "needs_to_know"), ""
        )
        others = [
            replace(first, child=who, decided=Decided(), facts=facts, injuries=(), **own)
            for who, facts in self.siblings(self.children)
        ]
        return [first, *others]

    def chosen_audience(self) -> Audience | None:
        """Return who may read it on a timeline, None for the usual readers."""
        data = self.cleaned_data
        reach = data.get("audience")
        if reach == Reach.SECTORS:
            chosen = Sector.objects.filter(code__in=data["audience_sectors"])
            return Audience(mask=sum(sector.mask for sector in chosen))
        return {Reach.EVERYBODY.value: EVERYBODY_INVOLVED, Reach.OWN_TEAM.value: OWN_TEAM}.get(reach or USUAL)

    def outlook(self) -> ConcernOutlook:
        """Return who would see what was entered so far. Raises ValidationError where no team is set up to take it."""
        data = self.cleaned_data
        child = self.children.get(data.get("child") or "") or self._used()
        passing = Passing(
            route=Route(data.get("route") or Route.USUAL),
            implicated=tuple(data.get("implicated") or ()),
            workplace=data.get("workplace"),
        )
        step = NextStep(data["next_step"]) if data.get("next_step") else None
        return outlook_of(child, passing, self.chosen_audience(), step, by=self.by)

    def _passing(self) -> Passing:
        data = self.cleaned_data
        implicated = tuple(data["implicated"] or ())
        return Passing(
            route=Route(data["route"] or Route.USUAL),
            reason=data["route_reason"] or _named_reason(data["route"]),
            implicated=implicated,
            staff_name=data["staff_name"] or "",
            workplace=data["workplace"],
        )

    def _child(self) -> Child | NewChild | None:
        data = self.cleaned_data
        if not data["child"]:
            return None
        if data["child"] != NEW:
            return self.children[data["child"]]
        return self._used() or NewChild(
            given=data["given"],
            surname=data["surname"],
            born_on=data["born_on"],
            expected_on=data["expected_on"],
        )

    def _used(self) -> Child | None:
        """Return the known child who was said to be the one that is named."""
        used = self.decided().used
        return used.child if used else None


def _named_reason(route: str) -> str:
    return gettext("People of the safeguarding team are part of the concern") if route == Route.IMPLICATED else ""


def _moment(day: Any, at: time | None) -> datetime:
    """Return the moment in the local time zone; without a time the day's first minute."""
    return timezone.make_aware(datetime.combine(day, at or NO_TIME))


def described(child: Child) -> str:
    """Return a child's name with the date of birth, so that two of one name can be told apart."""
    name = getattr(child, "shown_name", None) or gettext("Name not known")
    if child.born_on:
        return gettext("%(name)s, born %(date)s") % {"name": name, "date": date_format(child.born_on)}
    if child.expected_on:
        return gettext("%(name)s, expected %(date)s") % {"name": name, "date": date_format(child.expected_on)}
    return str(name)


def colleagues(by: Acting) -> QuerySet[User]:
    """Return the people who may have a next step: those of ``by``'s teams and of the agency's safeguarding teams."""
    teams = Team.objects.filter(Q(pk__in=by.team_ids) | Q(agency=by.agency_id, kind=Team.Kind.SAFEGUARDING))
    members = Membership.objects.live().holding(Can.LOG_CONCERN).filter(agency=by.agency_id, teams__in=teams)
    return User.objects.filter(Q(pk__in=members.values("user")) | Q(pk=by.user_id), is_active=True).order_by("name")
