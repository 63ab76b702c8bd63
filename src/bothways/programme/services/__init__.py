"""Everything that is written about a programme."""

from bothways.programme.services.consent import save_text
from bothways.programme.services.places import add_area, change_area, remove_area
from bothways.programme.services.setup import (
    SideWords,
    close,
    create_programme,
    new_setup_code,
    plan_next_round,
    publish,
    set_basics,
    set_lists,
    set_sides,
)
from bothways.programme.services.staff import (
    forget_old_codes,
    invite,
    leave_all,
    new_coordinator_code,
    rename,
    step_down,
    take_up,
    withdraw_invitation,
)

__all__ = [
    "SideWords",
    "add_area",
    "change_area",
    "close",
    "create_programme",
    "forget_old_codes",
    "invite",
    "leave_all",
    "new_coordinator_code",
    "new_setup_code",
    "plan_next_round",
    "publish",
    "remove_area",
    "rename",
    "save_text",
    "set_basics",
    "set_lists",
    "set_sides",
    "step_down",
    "take_up",
    "withdraw_invitation",
]
