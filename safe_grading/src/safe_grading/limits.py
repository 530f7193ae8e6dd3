"""How much one submission may use."""

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission: seconds, bytes and counts."""

    cell_seconds: float = 30  # of the processor: one cell, and all calls made by one test cell ...
    total_seconds: float = 180  # everything together, by the clock (... a cell: three times its 30)
    start_seconds: float = 60  # until Python runs in the sandbox; a busy machine is slow
    memory: int = 1024 * MB  # resident memory of all processes together
    address_space: int = 4096 * MB  # what one process may reserve, used or not
    marking: int = 768 * MB  # what the answers may make the tests, outside, take
    disk: int = 32 * MB  # each of the two folders it can write to, which are in memory ...
    files: int = 10_000  # ... and so many files in both, for empty ones take memory, too
    processes: int = 64  # processes and threads together
    output: int = 100_000  # characters that one cell may print
    text: int = 1_000_000  # characters of all outputs that are kept of one submission ...
    pictures: int = 3 * MB  # ... and its pictures, as text
    reply_json: int = 8 * MB  # one reply on the pipe: its structure ...
    reply_arrays: int = 64 * MB  # ... and the contents of its arrays
    notebook: int = 30 * MB  # the submitted file, with outputs that nobody reads
    cells: int = 500  # cells in it
    source: int = 500_000  # characters in them
