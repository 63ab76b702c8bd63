from __future__ import annotations

from django.urls import path

from bothways.talk import views

urlpatterns = [
    path("pairs/<uuid:pair_id>/messages/", views.messages_page, name="messages"),
    path("pairs/<uuid:pair_id>/messages/by-text/", views.messages_by_text, name="messages_by_text"),
    path("messages/<uuid:message_id>/delete/", views.message_delete, name="message_delete"),
    path("messages/<uuid:message_id>/letter.pdf", views.letter, name="letter"),
]
