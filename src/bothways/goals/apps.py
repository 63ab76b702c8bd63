from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "bothways.goals"
    label = "goals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.goals import glass_box, kinds, wording  # noqa: F401  (they register)
