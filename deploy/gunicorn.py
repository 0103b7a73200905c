"""How gunicorn serves the pages. Websockets go to uvicorn (docker-compose.yml)."""

import os

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))  # about one for each core
threads = int(os.environ.get("WEB_THREADS", "4"))  # each holds a database connection

timeout = 60  # seconds until a stuck worker is replaced
graceful_timeout = 30
keepalive = 75  # longer than the proxy keeps its connections, so that it never meets a closed one
max_requests, max_requests_jitter = 5000, 500
worker_tmp_dir = "/dev/shm"  # noqa: S108 (the heartbeat must not wait for a disk)
control_socket_disable = True  # containers are told by signals

accesslog = None  # the proxy writes one
errorlog = "-"
