"""The embedded services from a terminal.

python -m helpdesk.embedded start | stop | status | env
python -m helpdesk.embedded run -- COMMAND …      (services up for as long as COMMAND runs)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from helpdesk.embedded import Services


def main(arguments: list[str]) -> int:
    services = Services(os.environ.get("HELPDESK_PROFILE", "dev"))
    match arguments:
        case ["start"]:
            services.start()
        case ["stop"]:
            services.stop()
        case ["env"]:
            print(f"export DATABASE_URL='{services.database_url}'\nexport REDIS_URL='{services.redis_url}'")
            return 0
        case ["run", "--", *command] if command:
            return run(services, command)
        case ["status"] | []:
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    status = services.status()
    print(" ".join(f"{name}={'up' if up else 'down'}" for name, up in status.items()))
    return 0 if all(status.values()) or arguments == ["stop"] else 3


def run(services: Services, command: list[str]) -> int:
    with services.running():
        addresses = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
        child = subprocess.Popen(command, env=os.environ | addresses)
        # Ctrl-C reaches the child too, being of the same group: outlive it instead of dying first.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
