"""Each front end is driven by a browser as in the other tests, closed before another is opened."""

import pytest
from browser.conftest import open_browser

browser = pytest.fixture(scope="module", name="browser")(open_browser)
