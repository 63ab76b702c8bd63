from __future__ import annotations

from django.urls import path

from bothways.help import views

urlpatterns = [
    path("p/<slug:slug>/requests/", views.requests, name="requests"),
    path("p/<slug:slug>/requests/new/", views.request_new, name="request_new"),
    path("p/<slug:slug>/my-requests/", views.my_requests, name="my_requests"),
    path("requests/<uuid:request_id>/", views.one_request, name="request"),
    path("requests/<uuid:request_id>/open/", views.request_open, name="request_open"),
    path("requests/<uuid:request_id>/reply/", views.request_reply, name="request_reply"),
    path("requests/<uuid:request_id>/resolve/", views.request_resolve, name="request_resolve"),
    path("requests/<uuid:request_id>/take-back/", views.request_take_back, name="request_take_back"),
    path("replies/<uuid:reply_id>/delete/", views.reply_delete, name="reply_delete"),
]
