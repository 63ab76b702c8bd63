from django.apps import AppConfig


class PairConfig(AppConfig):
    name = "bothways.pair"
    label = "pair"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.registry import api as registry
        from bothways.pair import glass_box, kinds, services, wording  # noqa: F401  (they register)

        registry.on("proposal.accepted", "pair", services.make)
        registry.on("enrolment.withdrawn", "pair", services.end_for_enrolment)
        registry.on("person.leaving", "pair", services.end_for_person)
