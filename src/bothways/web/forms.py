from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Every form field in the product is drawn by one template: label, help, control, error."""

    form_template_name = "web/parts/form.html"
    field_template_name = "web/parts/field.html"
