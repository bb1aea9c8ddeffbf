import pytest

from tests.databases import Prepare
from tests.outbox.office import make_tables


@pytest.fixture(scope="session")
def schema() -> Prepare:
    return make_tables
