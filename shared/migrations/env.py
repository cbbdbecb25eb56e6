from shared.messaging.tables import metadata
from shared.migrations import run

run(metadata)
