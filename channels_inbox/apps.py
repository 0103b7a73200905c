from django.apps import AppConfig


class ChannelsInboxConfig(AppConfig):
    name = "channels_inbox"
    verbose_name = "Channels"

    def ready(self) -> None:
        from accounts.notices import leave_through
        from channels_inbox import notices, panels, reactions  # noqa: F401 (registers its reactions)

        panels.register()
        leave_through(notices.queue)
