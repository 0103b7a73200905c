"""The pages of people: signing in, an agent's own page, customers and organizations."""

from django.urls import path

from accounts.views import me, people, session

app_name = "accounts"
urlpatterns = [
    path("login/", session.password, name="sign_in"),
    path("login/forgotten/", session.forgotten, name="forgotten"),
    path("login/forgotten/sent/", session.link_sent, name="link_sent"),
    path("login/link/<str:token>/", session.link, name="sign_in_link"),
    path("login/password/<str:token>/", session.new_password, name="new_password"),
    path("logout/", session.leave, name="sign_out"),
    path("me/", me.page, name="me"),
    path("me/profile/", me.profile, name="profile"),
    path("me/display/", me.display, name="display"),
    path("me/mail/", me.mail, name="mail"),
    path("me/password/", me.password, name="password"),
    path("me/preferences/", me.preferences, name="preferences"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/details/", people.save_details, name="save_details"),
    path("people/<int:pk>/notes/", people.save_notes, name="save_notes"),
    path("people/<int:pk>/block/", people.block, name="block"),
    path("people/<int:pk>/unblock/", people.unblock, name="unblock"),
    path("orgs/<int:pk>/", people.organization, name="organization"),
    path("orgs/<int:pk>/domains/", people.save_organization_domains, name="save_organization_domains"),
    path("orgs/<int:pk>/notes/", people.save_organization_notes, name="save_organization_notes"),
]
