from django.apps import AppConfig


class ReportConfig(AppConfig):
    name = "bothways.report"
    label = "report"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.report import kinds  # noqa: F401
