"""The question that a form asks before it makes a child's record: is this one of the children who are known?"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.known import Decided, Decision
from cases.matching.look import Answer, Match
from cases.models import MatchDecision
from safeguard.common.forms import Form, Look

Choice = MatchDecision.Choice
READ = "read_about_match"
QUESTION, WHY = "match_", "why_"


class AsksWhoItIs(Form):
    """Mixed into a form about a child: one question for each child of ``answer``, above the form's own fields."""

    def __init__(self, *args: Any, answer: Answer | None = None, **kwargs: Any) -> None:
        self.answer = answer
        if answer:
            self.base_fields = {**_questions(answer), **type(self).base_fields}  # type: ignore[misc]  # as below
            self.looks = {**type(self).looks, **_looks(answer)}  # type: ignore[misc]  # this form's own questions
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any] | None:
        """Refuse two children at once."""
        data = super().clean()
        if sum(decision.choice == Choice.SAME for decision in self.decisions()) > 1:
            self.add_error(
                None, _("Nothing was saved. A child can be only one of these: choose one, and say no to the others.")
            )
        return data

    def questions(self) -> list[BoundField]:
        """Return the questions as a template shows them that draws its fields one by one."""
        names = [_name(match) for match in self.answer.matches] if self.answer else []
        return [self[name] for name in (*names, READ) if name in self.fields]

    def decisions(self) -> list[Decision]:
        """Return what was decided about each child that was asked about; those without an answer are left out."""
        data = self.cleaned_data
        return [
            Decision(match=match, choice=Choice(data[_name(match)]), reason=data.get(_why(match)) or "")
            for match in (self.answer.matches if self.answer else ())
            if data.get(_name(match))
        ]

    def decided(self) -> Decided:
        """Return what was found and what was decided about it."""
        return Decided(answer=self.answer, decisions=self.decisions())


def was_asked(sent: Mapping[str, Any]) -> bool:
    """Return whether a form that is sent showed such questions: their answers are kept, whatever else was wrong."""
    return any(name == READ or name.startswith((QUESTION, WHY)) for name in sent)


def _questions(answer: Answer) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for match in answer.matches:
        label = _("Is this the same child as %(child)s?") % {"child": _said(match)}
        fields[_name(match)] = forms.ChoiceField(
            label=label, choices=Choice.choices, widget=forms.RadioSelect, help_text=_compared(match)
        )
        fields[_why(match)] = forms.CharField(label=_("Why is it another child?"), max_length=500)
    if answer.desks:
        fields[READ] = forms.BooleanField(label=gettext_lazy("I will ask them, and record the child now all the same"))
    return fields


def _looks(answer: Answer) -> Mapping[str, Look]:
    return {_name(match): Look(reveals={Choice.NOT_SAME.value: (_why(match),)}) for match in answer.matches}


def _name(match: Match) -> str:
    return f"{QUESTION}{match.uuid.hex}"


def _why(match: Match) -> str:
    return f"{WHY}{match.uuid.hex}"


def _said(match: Match) -> str:
    child: Any = match.child
    name = child.shown_name or _("a child without a name")
    if child.born_on is None:
        return str(name)
    return _("%(name)s, born %(day)s") % {"name": name, "day": date_format(child.born_on, "j F Y")}


def _compared(match: Match) -> str:
    words = match.words
    parts = [str(words.band)]
    parts += [_("It may as well be a brother, sister or twin")] if words.sibling else []
    for heading, facts in ((_("Agree"), words.agrees), (_("Differ"), words.differs), (_("Missing"), words.missing)):
        parts += [f"{heading}: {', '.join(facts)}"] if facts else []
    return ". ".join(parts) + "."
