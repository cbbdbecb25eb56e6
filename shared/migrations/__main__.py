"""`python -m shared.migrations catalog enrollment …`: upgrade these services, each by its `<SERVICE>_DATABASE_URL`."""

import os
import sys

from shared.migrations import main

main({service: os.environ[f"{service.upper()}_DATABASE_URL"] for service in sys.argv[1:]})
