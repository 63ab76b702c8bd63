from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "bothways.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core import glass_box, kinds  # noqa: F401  (they register what core itself holds)
