from django.apps import AppConfig


class TalkConfig(AppConfig):
    name = "bothways.talk"
    label = "talk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.talk import glass_box, kinds, wording  # noqa: F401  (they register)
