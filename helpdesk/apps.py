from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        from django.core import checks

        from helpdesk import gauges, panels
        from helpdesk.checks import demo_stays_home, every_language_can_be_spoken

        checks.register(demo_stays_home)
        checks.register(every_language_can_be_spoken)
        gauges.register()
        panels.register()
