"""The front ends are driven by the browser of the other tests."""

from browser.conftest import browser

__all__ = ["browser"]
