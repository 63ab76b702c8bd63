from django.apps import AppConfig


class MatchConfig(AppConfig):
    name = "bothways.match"
    label = "match"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.registry.api import on

        # Imported for what they register.
        from bothways.match import by_text, glass_box, kinds, services  # noqa: F401

        on("enrolment.withdrawing", "match", services.hold_all_of)
        on("enrolment.withdrawn", "match", services.on_withdrawn)
        on("pair.ended", "match", services.on_pair_ended)
