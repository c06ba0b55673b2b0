"""What a run has used of the machine."""

import os
import resource
from pathlib import Path


def cpu_seconds() -> float:
    """CPU time of this process and of those that it started and that have ended; not that of other machines."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def peak_kilobytes() -> int:
    """Peak memory of this process; where the system does not say, the usage counter, which may hold a parent's peak."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
