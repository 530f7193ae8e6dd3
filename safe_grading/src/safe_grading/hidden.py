"""Stands in the sandbox for a module that holds right answers."""


class Hidden:
    """A check that does not tell."""

    def __repr__(self):
        return "This is checked outside the sandbox."

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Hidden()
