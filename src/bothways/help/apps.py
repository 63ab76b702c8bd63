from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "bothways.help"
    label = "help"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.registry.api import on
        from bothways.help import glass_box, kinds, services, wording  # noqa: F401

        on("pair.ended", "help", services.close_for_partner)
        on("enrolment.withdrawn", "help", services.on_withdrawn)
