from __future__ import annotations

from django.urls import path

from bothways.meet import series_views, views

urlpatterns = [
    path("pairs/<uuid:pair_id>/meetings/", views.meetings, name="meetings"),
    path("pairs/<uuid:pair_id>/meetings/new/", views.meeting_new, name="meeting_new"),
    path("pairs/<uuid:pair_id>/regular/", series_views.regular, name="series"),
    path("pairs/<uuid:pair_id>/regular/choose/", series_views.choose, name="series_choose"),
    path("pairs/<uuid:pair_id>/regular/end/", series_views.end, name="series_end"),
    path("pairs/<uuid:pair_id>/journal/", views.journal_page, name="journal"),
    path("journal/<uuid:line_id>/delete/", views.journal_delete, name="journal_delete"),
    path("meetings/<uuid:meeting_id>.ics", views.meeting_ics, name="meeting_ics"),
    path("meetings/<uuid:meeting_id>/", views.meeting, name="meeting"),
    path("meetings/<uuid:meeting_id>/change/", views.meeting_change, name="meeting_change"),
    path("meetings/<uuid:meeting_id>/cancel/", views.meeting_cancel, name="meeting_cancel"),
    path("meetings/<uuid:meeting_id>/took-place/", views.meeting_took_place, name="meeting_took_place"),
    path("meetings/<uuid:meeting_id>/by-text/", views.meeting_by_text, name="meeting_by_text"),
    path("me/calendar/", views.my_calendar, name="calendar"),
    path("me/calendar/off/", views.my_calendar_off, name="calendar_off"),
    path(
        "me/calendar/answers/<int:answer_id>/forget/",
        views.calendar_answer_forget,
        name="calendar_answer_forget",
    ),
    path("feed/<str:token>.ics", views.feed, name="feed"),
]
