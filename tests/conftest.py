"""With `NUMBA_DISABLE_JIT=1` the kernels run as plain Python, which is slow but which coverage and a debugger can follow."""

import functools

import numba
import numpy as np

import steppe.mechanisms.kernel

collect_ignore = [] if numba.config.DISABLE_JIT else ["test_interpreted.py"]


def with_attributes(argument):
    """A record whose fields read as attributes, as they do in compiled code; anything else as it is."""
    if isinstance(argument, np.generic | np.ndarray) and argument.dtype.names:
        return argument.view((np.record, argument.dtype))
    return argument


def interpreted(function):
    """A kernel that is not compiled."""

    @functools.wraps(function)
    def call(*arguments):
        return function(*map(with_attributes, arguments))

    return call


if numba.config.DISABLE_JIT:
    steppe.mechanisms.kernel.kernel = interpreted
