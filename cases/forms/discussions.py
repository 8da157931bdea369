"""Forms of discussions: starting one, and speaking in it."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access
from cases.actions.records import Telling
from cases.forms.records import BASE, RecordForm
from cases.models import Case, Involvement, Thread
from safeguard.common.components import Row
from safeguard.common.forms import Form, Look


class ThreadForm(RecordForm):
    """A discussion: the question, whose answer is wanted by when, and who reads along."""

    significance = None  # type: ignore[assignment]  # a question has none yet
    action_taken = None  # type: ignore[assignment]  # as above

    body = forms.CharField(label=gettext_lazy("What do you want to know or talk about?"), widget=forms.Textarea)
    answerers = forms.MultipleChoiceField(
        label=gettext_lazy("Whose answer do you want?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They are told at once, and see it on their home page until they have answered"),
    )

    class Meta:
        model = Thread
        fields = ["subject", "body", "answerers", "answer_by"]

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        "body": Look(rows=6),
        "subject": Look(autocomplete="off"),
        "answerers": Look(small=True),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("day", "at", "before_birth", "ask"):
            self.fields.pop(name, None)
        case: Case = kwargs["case"]
        parts = [each.involvement for each in access.who_can_see(self.by, case).teams]
        self.parts: dict[str, Involvement] = {
            str(part.uuid): part for part in parts if part.team_id not in self.by.team_ids
        }
        chosen: Any = self.fields["answerers"]
        chosen.choices = [(key, _team(part)) for key, part in self.parts.items()]
        self.order_fields(["subject", "body", "answerers", "answer_by"])

    def clean(self) -> dict[str, Any]:
        """Refuse a day that has passed, and teams without a day. Raises ValidationError."""
        cleaned = super().clean()
        day = cleaned.get("answer_by")
        if day and day < timezone.localdate():
            self.add_error("answer_by", _("Give a day that is yet to come."))
        if cleaned.get("answerers") and not day and "answer_by" not in self.errors:
            self.add_error("answer_by", _("Say by when you want the answer."))
        return cleaned

    def thread(self) -> Thread:
        """Return the discussion that was entered; its action checks it again and saves it."""
        found: Thread = self.instance
        return found

    def telling(self) -> Telling:
        """Return what the entry says beside the discussion: it is asked now."""
        data = self.cleaned_data
        return Telling(audience=self.chosen_audience(), body=data["body"], matters_to_plan=data["matters_to_plan"])

    def parts_asked(self) -> list[Involvement]:
        """Return the parts of the teams whose answer is wanted."""
        return [self.parts[key] for key in self.cleaned_data["answerers"]]

    def _summary(self) -> Iterator[Row]:
        data = self.cleaned_data
        yield Row(_("Subject"), data["subject"])
        yield Row(_("Question"), data["body"])
        if data["answerers"]:
            teams = "\n".join(_team(part) for part in self.parts_asked())
            yield Row(_("Answer wanted of"), teams)
        if data["answer_by"]:
            yield Row(_("Answer wanted by"), date_format(data["answer_by"]))


def _team(part: Involvement) -> str:
    return f"{part.team.agency.name}: {part.team.name}"


class MessageForm(Form):
    """What somebody says in a discussion."""

    text = forms.CharField(
        label=gettext_lazy("Say something"),
        widget=forms.Textarea,
        help_text=gettext_lazy("Everybody who reads along sees it, with your name. It cannot be changed afterwards"),
    )
    looks: ClassVar[Mapping[str, Look]] = {"text": Look(rows=4)}
