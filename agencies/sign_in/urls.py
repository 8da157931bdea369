"""The pages of one's own sign-in, under ``account/``, by the names that allauth expects.

Listed one by one instead of ``include("allauth.urls")``: nothing that allauth adds appears by itself,
and every sensitive step says so here.
"""

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as socialaccount
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.urls import path, re_path

from agencies.sign_in import views
from agencies.sign_in.proof import fresh_second_factor as fresh

urlpatterns = [
    # In and out
    path("login/", views.LoginView.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", views.signup_closed, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("keep-alive/", views.keep_alive, name="account_keep_alive"),
    path("login/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("login/second-step/", views.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("login/organisation/<slug:provider_id>/", openid_connect.login, name="openid_connect_login"),
    path("login/organisation/<slug:provider_id>/back/", openid_connect.callback, name="openid_connect_callback"),
    path("login/organisation-cancelled/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    # Forgotten password
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # Proving again who one is
    path("confirm/password/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("confirm/code/", views.ReauthenticateByCodeView.as_view(), name="mfa_reauthenticate"),
    path("confirm/passkey/", views.ReauthenticateByPasskeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("confirm/organisation/", views.single_sign_on, name="account_reauthenticate_single_sign_on"),
    # One's own sign-in
    path("", views.SecurityView.as_view(), name="account_security"),
    path("second-step/", views.SecurityView.as_view(), name="mfa_index"),
    path("email/", fresh(account.email), name="account_email"),
    path("email/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("password/change/", fresh(account.password_change), name="account_change_password"),
    path("password/set/", fresh(account.password_set), name="account_set_password"),
    path("app/", fresh(views.ActivateTotpView.as_view()), name="mfa_activate_totp"),
    path("app/remove/", fresh(views.DeactivateTotpView.as_view()), name="mfa_deactivate_totp"),
    path("passkeys/add/", fresh(views.AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path("passkeys/", views.SecurityView.as_view(), name="mfa_list_webauthn"),
    path("passkeys/<int:pk>/rename/", fresh(views.RenamePasskeyView.as_view()), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", fresh(views.RemovePasskeyView.as_view()), name="mfa_remove_webauthn"),
    path("recovery-codes/", fresh(views.RecoveryCodesView.as_view()), name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", fresh(views.GenerateRecoveryCodesView.as_view()), name="mfa_generate_recovery_codes"),
    path(
        "recovery-codes/download/",
        fresh(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("sessions/", views.SessionsView.as_view(), name="usersessions_list"),
    path("sessions/<int:pk>/end/", fresh(views.end_session), name="account_end_session"),
]
