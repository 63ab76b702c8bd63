from __future__ import annotations

from django.urls import path

from bothways.help import directory_views, hand_views, ladder_views, views

urlpatterns = [
    path("p/<slug:slug>/requests/", views.requests, name="requests"),
    path("p/<slug:slug>/requests/new/", views.request_new, name="request_new"),
    path("p/<slug:slug>/my-requests/", views.my_requests, name="my_requests"),
    path("requests/<uuid:request_id>/", views.one_request, name="request"),
    path("requests/<uuid:request_id>/open/", views.request_open, name="request_open"),
    path("requests/<uuid:request_id>/reply/", views.request_reply, name="request_reply"),
    path("requests/<uuid:request_id>/resolve/", views.request_resolve, name="request_resolve"),
    path("requests/<uuid:request_id>/take-back/", views.request_take_back, name="request_take_back"),
    path("requests/<uuid:request_id>/ladder/", ladder_views.request_ladder, name="request_ladder"),
    path("requests/<uuid:request_id>/keep/", ladder_views.request_keep, name="request_keep"),
    path("requests/<uuid:request_id>/message/", ladder_views.request_message, name="request_message"),
    path("replies/<uuid:reply_id>/delete/", views.reply_delete, name="reply_delete"),
    path("p/<slug:slug>/hands/", hand_views.hands_page, name="hands"),
    path("p/<slug:slug>/hands/likes/", hand_views.hands_like, name="hands_like"),
    path("p/<slug:slug>/hands/new/", hand_views.hand_new, name="hand_new"),
    path("hands/<uuid:ask_id>/", hand_views.hand, name="hand"),
    path("hands/<uuid:ask_id>/members/", hand_views.hand_widen, name="hand_widen"),
    path("hands/<uuid:ask_id>/take-back/", hand_views.hand_take_back, name="hand_take_back"),
    path("hands/<uuid:ask_id>/yes/", hand_views.hand_yes, name="hand_yes"),
    path("hands/<uuid:ask_id>/yes/<uuid:yes_id>/", hand_views.hand_accept, name="hand_accept"),
    path("hands/yes/<uuid:yes_id>/off/", hand_views.hand_off, name="hand_off"),
    path("p/<slug:slug>/services/", directory_views.services, name="services"),
    path("p/<slug:slug>/services/new/", directory_views.service_new, name="service_new"),
    path("services/<uuid:service_id>/", directory_views.service, name="service"),
    path("services/<uuid:service_id>/change/", directory_views.service_change, name="service_change"),
    path("services/<uuid:service_id>/still-true/", directory_views.service_extend, name="service_extend"),
    path(
        "services/<uuid:service_id>/take-away/", directory_views.service_take_away, name="service_take_away"
    ),
]
