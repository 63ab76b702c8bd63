from django.apps import AppConfig


class VoiceConfig(AppConfig):
    name = "bothways.voice"
    label = "voice"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.voice import glass_box  # noqa: F401  (it registers)
