"""The form that attaches a file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.attachments import Upload
from safeguard.common.files.cleaning import MEDIA_TYPES, MOST_BYTES
from safeguard.common.forms import Form, Look

MEGABYTES = MOST_BYTES // (1024 * 1024)


class AttachForm(Form):
    """A file, and in a line what it shows."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "Picture (JPEG, PNG, WebP), PDF, Word, Excel or plain text, up to 25 MB. Pictures lose the place and time"
            " that a camera adds. A PDF document may keep details inside it: where the place of a photograph must stay"
            " unknown, send the photograph itself. Do not photograph a child’s injuries: draw and describe them."
        ),
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ",".join(MEDIA_TYPES)}),
    )
    description = forms.CharField(
        label=gettext_lazy("What does it show?"), max_length=200, required=False, widget=forms.Textarea
    )
    looks = {"description": Look(rows=2)}

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            size = {"is": round((file.size or 0) / (1024 * 1024)), "most": MEGABYTES}
            raise ValidationError(
                _("The file has %(is)s MB and was not attached; at most %(most)s MB are taken. Make it smaller.") % size
            )
        return file

    def upload(self) -> Upload:
        """Return what was sent."""
        file = self.cleaned_data["file"]
        return Upload(file.name, file.read(), self.cleaned_data["description"])
