"""The addresses of referrals."""

from django.urls import URLPattern, URLResolver, path

from referrals.views import accept, challenge, checks, drafts, hand_over, life, public, reports, sent, triage

app_name = "referrals"
urlpatterns: list[URLPattern | URLResolver] = [
    path("referrals/", sent.mine, name="mine"),
    path("referrals/start/", drafts.start, name="start"),
    path("referrals/from-concern/<uuid:uuid>/", drafts.from_concern, name="from_concern"),
    path("referrals/sent/<uuid:uuid>/", sent.receipt, name="receipt"),
    path("referrals/drafts/", drafts.draft_save, name="draft_save"),
    path("referrals/drafts/<uuid:uuid>/", drafts.draft, name="draft"),
    path("referrals/drafts/<uuid:uuid>/check/", drafts.check, name="check"),
    path("referrals/drafts/<uuid:uuid>/hand/", hand_over.draft_hand, name="draft_hand"),
    path("referrals/drafts/<uuid:uuid>/discard/", drafts.draft_discard, name="draft_discard"),
    path("referrals/drafts/<uuid:uuid>/part/<slug:part>/", drafts.part, name="part"),
    path("referrals/drafts/<uuid:uuid>/part/<slug:part>/remove/", drafts.part_remove, name="part_remove"),
    path("referrals/<uuid:uuid>/", sent.referral, name="referral"),
    path("referrals/timeliness/", reports.timeliness, name="timeliness"),
    path("referrals/timeliness/download/", reports.timeliness_csv, name="timeliness_csv"),
    path("referrals/queue/", triage.queue, name="queue"),
    path("referrals/<uuid:uuid>/triage/", triage.triage, name="triage"),
    path("referrals/<uuid:uuid>/accept/", accept.referral_accept, name="accept"),
    path("referrals/<uuid:uuid>/keep-out/", triage.referral_keep_out, name="keep_out"),
    path("referrals/<uuid:uuid>/held/<uuid:hold>/", triage.hold, name="hold"),
    path("referrals/<uuid:uuid>/called-back/", triage.called_back, name="called_back"),
    path("referrals/<uuid:uuid>/ask-agency/", checks.check_ask, name="check_ask"),
    path("referrals/checks/", checks.checks, name="checks"),
    path("referrals/checks/<uuid:uuid>/", checks.check_answer, name="check_answer"),
    path("referrals/<uuid:uuid>/step/<slug:action>/", life.step, name="step"),
    path("referrals/<uuid:uuid>/challenge/<slug:kind>/", challenge.challenge, name="challenge"),
    path("referrals/<uuid:uuid>/print/", sent.referral_print, name="referral_print"),
    path("report/", public.public_start, name="public_start"),
    path("report/read/", public.public_status, name="public_status"),
    path("report/confirm/<str:token>/", public.public_confirm, name="public_confirm"),
    path("report/<slug:kind>/", public.public_report, name="public_report"),
]
