"""Tests in a browser: a package, so that pytest closes the browser after the last of them.

While it is open, Playwright's event loop runs in the worker's thread, and no other loop can.
"""
