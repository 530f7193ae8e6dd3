"""A fast `@` for NumPy in a browser, where it has no BLAS: importing this puts it in.

matmul.wasm holds the two loops, for float32 and for float64. They sum in the order of NumPy's own,
so results are the same to the last bit. Where anything is not as expected, `@` stays as it is.
"""

import ctypes
from pathlib import Path

import numpy as np

LOOPS = {"ff->f": "matmul_f32", "dd->d": "matmul_f64"}


def loops_of(ufunc):
    """Return the table of a ufunc's loops, one address for each of its `types`, or None.

    References
    ----------
    NumPy, "Python types and C structures", PyUFuncObject: after the object's own head stand nin,
    nout, nargs, identity, functions, data and ntypes.
    """
    word = ctypes.c_uint32
    nin, nout, nargs, _, functions, _, ntypes = (word * 7).from_address(
        id(ufunc) + object.__basicsize__
    )
    if (nin, nout, nargs, ntypes) != (ufunc.nin, ufunc.nout, ufunc.nargs, len(ufunc.types)):
        return None
    return (word * ntypes).from_address(functions)


def install():
    """Put the loops into `numpy.matmul`; return whether that was possible."""
    if ctypes.sizeof(ctypes.c_void_p) != 4:
        return False
    table = loops_of(np.matmul)
    try:
        library = ctypes.CDLL(str(Path(__file__).with_name("matmul.wasm")))
    except OSError:  # a browser without vectors
        return False
    if table is None:
        return False
    for types, name in LOOPS.items():
        loop = ctypes.cast(getattr(library, name), ctypes.c_void_p)
        table[np.matmul.types.index(types)] = loop.value
    return True


INSTALLED = install()
