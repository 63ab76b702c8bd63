from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "bothways.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from bothways.core.outbox import api as outbox

        # Imported for what they register.
        from bothways.people import browsers, glass_box, kinds, sessions  # noqa: F401
        from bothways.people.reaching import Reaching

        user_logged_in.connect(sessions.enter, dispatch_uid="people.enter")
        # After `enter`, whose entry it puts on the list.
        user_logged_in.connect(browsers.note_sign_in, dispatch_uid="people.note_sign_in")
        authentication_step_completed.connect(browsers.note_passkey, dispatch_uid="people.note_passkey")
        user_logged_out.connect(sessions.go_out, dispatch_uid="people.go_out")
        outbox.reach_with(Reaching())
