"""`python -m deploy.traces`: run the receiver on TRACES_PORT."""

import os

import uvicorn

uvicorn.run("deploy.traces.main:app", port=int(os.environ["TRACES_PORT"]), log_level="warning", access_log=False)
