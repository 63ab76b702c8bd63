from django.apps import AppConfig


class MeetConfig(AppConfig):
    name = "bothways.meet"
    label = "meet"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.registry.api import on

        # Imported for what they register.
        from bothways.meet import by_text, calendar, dates, glass_box, kinds, services, wording  # noqa: F401

        on("pair.ended", "meet", services.cancel_coming)
        on("pair.pausing", "meet", dates.pair_pauses)
        on("pair.closing", "meet", dates.pair_closes)
        on("person.leaving", "meet", calendar.drop_feed)
