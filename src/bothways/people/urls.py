from __future__ import annotations

from allauth.account.views import account_inactive, logout
from django.urls import path, re_path
from django.views.generic import RedirectView

from bothways.people import account_views as account
from bothways.people import reach_views, views
from bothways.people.mail import views as mail_views
from bothways.people.push import views as push_views
from bothways.people.sms import views as phone_views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/reach/", reach_views.reach, name="reach"),
    path("me/reach/stop/", reach_views.stop_everything, name="reach_stop"),
    path("me/reach/phone/", phone_views.add, name="phone_add"),
    path("me/reach/phone/code/", phone_views.confirm, name="phone_confirm"),
    path("me/reach/phone/remove/", phone_views.remove, name="phone_remove"),
    path("me/reach/devices/", push_views.switch_on, name="device_on"),
    path("me/reach/devices/<uuid:device_id>/off/", push_views.switch_off, name="device_off"),
    path("me/reach/worker.js", push_views.worker, name="device_worker"),
    path("text-messages/", phone_views.incoming_, name="text_incoming"),
    path("mail/", mail_views.incoming, name="mail_incoming"),
    path("letters/stop/<str:token>/", reach_views.letters_stop, name="letters_stop"),
    path("me/glass-box/", views.glass_box, name="glass_box"),
    re_path(r"^me/download/(?P<form>json|html)/$", views.download, name="download"),
    path("me/sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("me/sign-ins/", views.sign_ins, name="sign_ins"),
    path("me/sign-ins/others/end/", views.sign_ins_end_others, name="sign_ins_end_others"),
    path("me/sign-ins/<uuid:entry_id>/end/", views.sign_in_end, name="sign_in_end"),
    path("me/words/<uuid:text_id>/", views.words_place, name="words_place"),
    path("me/words/<uuid:text_id>/delete/", views.words_delete, name="words_delete"),
    path("me/leave/", views.leave, name="leave"),
    path("goodbye/", views.goodbye, name="goodbye"),
    # Of allauth only what the product uses, under the names by which allauth finds it.
    path("account/login/", account.SignIn.as_view(), name="account_login"),
    path("account/login/", account.SignIn.as_view(), name="account_request_login_code"),
    path("account/login/code/", account.ConfirmCode.as_view(), name="account_confirm_login_code"),
    path("account/signup/", account.SignUp.as_view(), name="account_signup"),
    path("account/signup/code/", account.ConfirmAddress.as_view(), name="account_email_verification_sent"),
    path("account/logout/", logout, name="account_logout"),
    path("account/inactive/", account_inactive, name="account_inactive"),
    path("account/email/", RedirectView.as_view(pattern_name="me"), name="account_email"),
    path("account/passkeys/", account.Passkeys.as_view(), name="mfa_list_webauthn"),
    path("account/passkeys/", account.Passkeys.as_view(), name="mfa_index"),
    path("account/passkeys/needed/", views.passkey_needed, name="passkey_needed"),
    path("account/passkeys/add/", account.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", account.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("account/passkeys/sign-in/", account.SignInWithPasskey.as_view(), name="mfa_login_webauthn"),
    path("account/passkeys/again/", account.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
]
