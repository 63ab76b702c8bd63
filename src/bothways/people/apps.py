from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "bothways.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from bothways.core.outbox import api as outbox
        from bothways.people import delivery, glass_box, kinds, sessions  # noqa: F401

        user_logged_in.connect(sessions.enter, dispatch_uid="people.enter")
        user_logged_out.connect(sessions.go_out, dispatch_uid="people.go_out")
        outbox.deliver_with(delivery.send_letter)
