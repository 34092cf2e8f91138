"""Without helm or its wheels every test here is skipped, with the reason: `tools/dev check helm` installs both."""

import pytest

from helm.tests.chart import VARIANTS, manifests, missing_tool


def pytest_collection_modifyitems(items):
    missing = missing_tool()
    if missing:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(name="rendered", params=VARIANTS)
def rendered_fixture(request):
    """Each test that takes it runs with every variant."""
    return manifests(request.param)
