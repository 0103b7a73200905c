from django.apps import AppConfig


class ChannelsInboxConfig(AppConfig):
    name = "channels_inbox"
    verbose_name = "Channels"

    def ready(self) -> None:
        from accounts.notices import leave_through
        from channels_inbox import known, notices, panels, reactions  # noqa: F401 (registers its reactions)
        from tickets import recipients

        panels.register()
        leave_through(notices.queue)
        recipients.register_own_addresses(known.own_among)
