"""What Linux does in each boot, written down from its source, not from what was seen.

The source is arch/x86/kernel/cpu/intel.c of Linux 6.1, and kernel/traps.c; the functions named are theirs.
"""
