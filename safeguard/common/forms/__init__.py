"""Forms: ordinary Django forms, drawn as GOV.UK markup by ``renderer.GovukRenderer``.

Write ``class NoteForm(Form)`` with Django's own fields; say in ``looks`` what differs from the default;
write ``{{ form }}`` in the template. ``base.html`` shows the error summary of the context's ``form``.
"""

from safeguard.common.forms.base import FilterForm, Form, GovukFormMixin, ModelForm
from safeguard.common.forms.dates import DateParts, DatePartsField, DatePartsWidget
from safeguard.common.forms.errors import ErrorLink, error_links
from safeguard.common.forms.look import Look

__all__ = [
    "DateParts",
    "DatePartsField",
    "DatePartsWidget",
    "ErrorLink",
    "FilterForm",
    "Form",
    "GovukFormMixin",
    "Look",
    "ModelForm",
    "error_links",
]
