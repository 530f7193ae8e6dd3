"""Ctrl-C, SIGTERM and a closed terminal: remembered, so that nothing ends halfway."""

import signal

WORDS = {
    signal.SIGINT: "Ctrl-C",
    signal.SIGTERM: "SIGTERM",
    signal.SIGHUP: "the terminal was closed",
}


class Stop:
    """Remembers that the program was asked to end; who does the work looks and ends.

    Attributes
    ----------
    number : int or None
        The signal that asked.
    """

    def __init__(self):
        self.number = None

    def __bool__(self):
        return self.number is not None

    @property
    def words(self):
        """Return what asked, in words."""
        return WORDS[self.number]

    def __enter__(self):
        # what is ignored (nohup, a job in the background) stays so
        self.before = {n: h for n in WORDS if (h := signal.getsignal(n)) != signal.SIG_IGN}
        for number in self.before:
            signal.signal(number, self._remember)
        return self

    def __exit__(self, *_):
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _remember(self, number, _):
        self.number = self.number or number
