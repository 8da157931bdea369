"""The form for a text of the reminders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safeguard.common.forms import Form
from safeguard.notifications.texts import LONGEST, LONGEST_LINE, Text


class ReminderTextForm(Form):
    """A text with its words in curly brackets; one line where it is a title or a subject."""

    text = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea)

    def __init__(self, *args: Any, spec: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if spec.one_line:
            self.fields["text"] = forms.CharField(label=_("Text"), max_length=LONGEST_LINE)

    def clean_text(self) -> str:
        """Return the text with the line ends that e-mails are made of here."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
