from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "bothways.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.programme import glass_box, kinds  # noqa: F401
