import pytest

from storage import Database
from tests.databases import Prepare
from tests.outbox.office import make_tables


@pytest.fixture(scope="session")
def schema() -> Prepare:
    return make_tables


@pytest.fixture
async def database(database_url):
    opened = Database(database_url)
    yield opened
    await opened.close()
