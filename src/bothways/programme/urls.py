from __future__ import annotations

from django.urls import path

from bothways.programme.views import areas, public, setup, staff, texts

urlpatterns = [
    path("p-new/", setup.new, name="programme_new"),
    path("p-coordinate/", staff.take_up, name="programme_take_up"),
    path("p/<slug:slug>/", public.programme, name="programme"),
    path("p/<slug:slug>/set-up/", setup.setup, name="programme_setup"),
    path("p/<slug:slug>/set-up/open/", setup.publish, name="programme_open"),
    path("p/<slug:slug>/set-up/close/", setup.close, name="programme_close"),
    path("p/<slug:slug>/set-up/basics/", setup.basics, name="programme_basics"),
    path("p/<slug:slug>/set-up/sides/", setup.sides, name="programme_sides"),
    path("p/<slug:slug>/set-up/lists/", setup.lists, name="programme_lists"),
    path("p/<slug:slug>/set-up/areas/", areas.areas, name="programme_areas"),
    path("p/<slug:slug>/set-up/areas/<int:area_id>/", areas.area, name="programme_area"),
    path("p/<slug:slug>/set-up/areas/<int:area_id>/towns/", areas.add_town, name="programme_add_town"),
    path("p/<slug:slug>/set-up/areas/<int:area_id>/remove/", areas.remove, name="programme_remove_area"),
    path("p/<slug:slug>/set-up/consent/", texts.texts, name="programme_texts"),
    path("p/<slug:slug>/set-up/consent/<slug:purpose>/", texts.text, name="programme_text"),
    path("p/<slug:slug>/set-up/coordinators/", staff.coordinators, name="programme_coordinators"),
    path("p/<slug:slug>/set-up/coordinators/invite/", staff.invite, name="programme_invite"),
    path("p/<slug:slug>/set-up/coordinators/take-back/", staff.take_back, name="programme_take_back"),
    path("p/<slug:slug>/set-up/coordinators/step-down/", staff.step_down, name="programme_step_down"),
]
