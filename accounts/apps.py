from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import agent_sessions, stock

        post_migrate.connect(stock.load, sender=self)
        user_logged_in.connect(agent_sessions.begin)
