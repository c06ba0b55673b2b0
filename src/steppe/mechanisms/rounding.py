"""What is stored is rounded to 1e-4, far below any Monte Carlo error, so that it packs well."""

from typing import Any

import numpy as np

from steppe.mechanisms.kernel import kernel


@kernel
def rounded(value: float) -> Any:
    """To 1e-4."""
    return np.rint(value * 1e4) * 1e-4
