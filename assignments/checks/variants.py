"""What an assignment's numbers are drawn with."""


def turn(seed, options):
    """Return the option whose turn it is: seeds next to each other get different ones.

    Raises
    ------
    ValueError
        If the seed is no whole number.

    Examples
    --------
    >>> [turn(seed, ["a", "b", "c"]) for seed in (1, 2, 3)]
    ['b', 'c', 'a']
    """
    if not isinstance(seed, int):
        raise ValueError(f"seed must be a whole number, got {seed!r}")
    return options[seed % len(options)]
