"""This machine: its cores, its memory, and how to use them well."""

import ctypes
import os
import re
from functools import cache
from itertools import takewhile
from pathlib import Path


@cache
def prepare() -> None:
    """Set this process up for generation, once: one thread for networks, and an allocator that keeps large blocks.

    The networks are so small that a second thread gains nothing and waits for ever on a busy machine; with one, sums
    are also the same on any number of cores. Frames are rendered on all cores, but by threads of their own.

    glibc returns every large block to the kernel, so that each new tensor is paid for with page faults;
    keeping them makes large outputs 2-3 times faster.
    """
    import torch

    torch.set_num_threads(1)
    try:
        libc = ctypes.CDLL("libc.so.6")
        m_trim_threshold, m_top_pad, m_mmap_max = -1, -2, -4
        libc.mallopt(m_mmap_max, 0)
        libc.mallopt(m_trim_threshold, 512 * 2**20)
        libc.mallopt(m_top_pad, 64 * 2**20)
    except (OSError, AttributeError):
        pass  # not glibc: nothing to tune


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def graphics_cards() -> list[str]:
    """The graphics cards that may be used, by the names that CUDA_VISIBLE_DEVICES takes; none are found without NVIDIA's."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is None:
        return [str(number) for number, _ in enumerate(Path("/dev").glob("nvidia[0-9]*"))]
    return list(takewhile(lambda name: name not in ("", "-1"), (name.strip() for name in told.split(","))))


def memory() -> int | None:
    """Bytes of memory that are free for use, where the system tells; what it only keeps of files counts as free."""
    try:
        told = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text("utf-8"), re.MULTILINE)
        free = int(told[1]) * 1024 if told else os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None
    left = left_in_container()
    return free if left is None else min(free, left)


def left_in_container(group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes that a control group (Linux, version 2: a container's) may still use; None without a limit.

    The group counts what the system only keeps of files as used; it is free all the same, as in `memory`.
    """
    try:
        limit, used = ((group / name).read_text("utf-8").strip() for name in ("memory.max", "memory.current"))
        kept = re.search(r"^inactive_file (\d+)$", (group / "memory.stat").read_text("utf-8"), re.MULTILINE)
        return max(0, int(limit) - int(used) + (int(kept[1]) if kept else 0))
    except (ValueError, OSError):  # no such group, or "max"
        return None


def cpu_flags() -> set[str]:
    """What the processor can do, where Linux tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return set()
    return {flag for line in lines if line.startswith(("flags", "Features")) for flag in line.split()}
