from django.apps import AppConfig


class MeetConfig(AppConfig):
    name = "bothways.meet"
    label = "meet"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.mailbox.api import take_answers
        from bothways.core.outbox.api import enclose
        from bothways.core.registry.api import on

        # Imported for what they register.
        from bothways.meet import (  # noqa: F401
            by_text,
            calendar,
            calendar_answers,
            dates,
            glass_box,
            invitations,
            kinds,
            services,
            wording,
        )

        on("pair.ended", "meet", services.cancel_coming)
        on("pair.pausing", "meet", dates.pair_pauses)
        on("pair.closing", "meet", dates.pair_closes)
        on("person.leaving", "meet", calendar.drop_feed)
        on("person.invitations", "meet", invitations.switched)
        enclose(invitations.build)
        take_answers(calendar_answers.take)
