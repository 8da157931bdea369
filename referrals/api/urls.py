"""The addresses of referrals for programs."""

from django.urls import URLPattern, path

from referrals.api import referrals

urlpatterns: list[URLPattern] = [
    path("referrals/", referrals.ReferralList.as_view(), name="referrals"),
    path("referrals/submit/", referrals.ReferralSubmit.as_view(), name="referral_submit"),
    path("referrals/<uuid:uuid>/", referrals.ReferralDetail.as_view(), name="referral"),
    path("referrals/<uuid:uuid>/answer/", referrals.ReferralAnswer.as_view(), name="referral_answer"),
]
