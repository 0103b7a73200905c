"""Does this address answer with success? For container health checks: python deploy/probe.py URL"""

import sys
import urllib.error
import urllib.request

try:
    urllib.request.urlopen(sys.argv[1], timeout=4).close()  # noqa: S310 (an address of our own)
except (urllib.error.URLError, OSError) as problem:
    sys.exit(str(problem))
