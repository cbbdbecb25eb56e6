"""What all tests share."""

pytest_plugins = ["tests.support.servers", "tests.support.stage", "tests.support.suite"]
