"""The agencies' addresses."""

from django.urls import URLPattern, URLResolver, path

from agencies.views import (
    agencies,
    audit_log,
    directory,
    invitations,
    join,
    own,
    people,
    practice,
    reminder_texts,
    reminders,
    school_terms,
    tokens,
)

app_name = "agencies"
urlpatterns: list[URLPattern | URLResolver] = [
    # Oneself
    path("profile/", own.profile, name="profile"),
    path("profile/change/", own.profile_change, name="profile_change"),
    path("profile/memberships/", own.memberships, name="memberships"),
    path("switch/", own.switch, name="switch"),
    path("profile/reminders/", reminders.own_reminders, name="own_reminders"),
    path("profile/reminders/change/", reminders.reminder_choice, name="reminder_choice"),
    path("profile/absences/add/", reminders.absence_add, name="absence_add"),
    path("profile/absences/<uuid:uuid>/remove/", reminders.absence_remove, name="absence_remove"),
    # Tokens for programs
    path("profile/tokens/", tokens.own_tokens, name="tokens"),
    path("profile/tokens/add/", tokens.token_add, name="token_add"),
    path("tokens/<uuid:uuid>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("agencies/<uuid:uuid>/tokens/", tokens.agency_tokens, name="agency_tokens"),
    # The directory
    path("directory/", directory.directory, name="directory"),
    path("directory/people/", directory.directory_people, name="directory_people"),
    path("directory/agencies/<uuid:uuid>/", directory.agency, name="agency"),
    # The people of an agency
    path("people/", people.people, name="people"),
    path("agencies/<uuid:uuid>/people/", people.people, name="agency_people"),
    path("agencies/<uuid:uuid>/people/invite/", invitations.invite, name="invite"),
    path("agencies/<uuid:uuid>/invitations/", invitations.invitation_list, name="invitations"),
    path("invitations/<uuid:uuid>/resend/", invitations.resend, name="invitation_resend"),
    path("invitations/<uuid:uuid>/withdraw/", invitations.withdraw, name="invitation_withdraw"),
    path("memberships/<uuid:uuid>/", people.membership, name="membership"),
    path("memberships/<uuid:uuid>/change/", people.membership_change, name="membership_change"),
    path("memberships/<uuid:uuid>/end/", people.membership_end, name="membership_end"),
    # Agencies, teams, contact points
    path("agencies/add/", agencies.agency_add, name="agency_add"),
    path("sectors/", agencies.sectors, name="sectors"),
    path("agencies/<uuid:uuid>/change/", agencies.agency_change, name="agency_change"),
    path("agencies/<uuid:uuid>/status/", agencies.agency_status, name="agency_status"),
    path("agencies/<uuid:uuid>/reminders/", reminders.reminder_rules, name="reminder_rules"),
    path("agencies/<uuid:uuid>/teams/add/", agencies.team_add, name="team_add"),
    path("teams/<uuid:uuid>/change/", agencies.team_change, name="team_change"),
    path("agencies/<uuid:uuid>/contact-points/add/", agencies.contact_point_add, name="contact_point_add"),
    path("contact-points/<uuid:uuid>/change/", agencies.contact_point_change, name="contact_point_change"),
    path("contact-points/<uuid:uuid>/remove/", agencies.contact_point_remove, name="contact_point_remove"),
    # The practice profile
    path("practice/", practice.practice, name="practice"),
    path("glossary/", practice.glossary, name="glossary"),
    path("practice/history/", practice.practice_history, name="practice_history"),
    path("practice/terms/", school_terms.school_terms, name="school_terms"),
    path("practice/terms/add/", school_terms.school_term_add, name="school_term_add"),
    path("practice/terms/<uuid:uuid>/change/", school_terms.school_term_change, name="school_term_change"),
    path("practice/terms/<uuid:uuid>/remove/", school_terms.school_term_remove, name="school_term_remove"),
    path("practice/<slug:code>/change/", practice.practice_change, name="practice_change"),
    path("reminders/", reminders.reminder_operations, name="reminder_operations"),
    path("reminders/texts/", reminder_texts.reminder_texts, name="reminder_texts"),
    path("reminders/texts/<slug:code>/", reminder_texts.reminder_text, name="reminder_text"),
    path("reminders/texts/<slug:code>/reset/", reminder_texts.reminder_text_reset, name="reminder_text_reset"),
    # What was done for the agency
    path("audit/", audit_log.audit_log, name="audit_log"),
    # The link of an invitation: open to visitors
    path("join/", join.join, name="join"),
    path("join/<str:secret>/", join.join_link, name="join_link"),
]
