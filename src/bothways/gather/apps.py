from django.apps import AppConfig


class GatherConfig(AppConfig):
    name = "bothways.gather"
    label = "gather"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.gather import glass_box, kinds  # noqa: F401  (they register)
