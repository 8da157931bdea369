"""The form renderer that ``settings.FORM_RENDERER`` names: every ``{{ form }}`` becomes GOV.UK markup."""

from django.forms.renderers import TemplatesSetting

from safeguard.common.forms.bound_field import GovukBoundField


class GovukRenderer(TemplatesSetting):
    """Draws forms, ours and others', with the templates in ``components/forms/``."""

    form_template_name = "components/forms/form.html"
    formset_template_name = "components/forms/formset.html"
    field_template_name = "components/forms/input.html"
    bound_field_class = GovukBoundField
