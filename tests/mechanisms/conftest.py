"""The first example of a property test may have to compile a kernel: no deadline."""

from hypothesis import settings

settings.register_profile("kernels", deadline=None)
settings.load_profile("kernels")
