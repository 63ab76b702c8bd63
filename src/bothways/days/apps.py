from django.apps import AppConfig


class DaysConfig(AppConfig):
    name = "bothways.days"
    label = "days"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.registry.api import on
        from bothways.days import glass_box, kinds, services, wording  # noqa: F401  (they register)

        on("pair.ended", "days", services.drop_all)
