from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "bothways.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.insight import kinds  # noqa: F401
