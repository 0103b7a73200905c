from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from tickets import own_settings, own_verbs, stock
        from tickets.live import reactions  # noqa: F401 (registers its reactions)

        own_verbs.register()
        own_settings.register()
        post_migrate.connect(stock.load, sender=self)
