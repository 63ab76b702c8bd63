from __future__ import annotations

import uuid

from django.apps import AppConfig


class EnrolConfig(AppConfig):
    name = "bothways.enrol"
    label = "enrol"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bothways.core.registry import api as registry
        from bothways.enrol import glass_box, kinds, services  # noqa: F401  (they register what they hold)

        def leaving(person_id: uuid.UUID) -> None:
            services.withdraw_all(person_id)

        def checks_added(side_id: int) -> None:
            from bothways.enrol import tasks

            tasks.leave_word_of_new_checks(side_id)

        registry.on("person.leaving", "enrol", leaving)
        registry.on("side.checks_added", "enrol", checks_added)
