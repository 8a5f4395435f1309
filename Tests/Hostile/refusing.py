"""Runs a command in whose process Linux refuses some system calls: refusing.py CALL[,CALL..] COMMAND [ARGUMENT..]"""

import ctypes
import errno
import os
import sys

# Of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl).
NUMBERS = {
    "mlock": 149, "sched_setaffinity": 203, "mbind": 237, "get_mempolicy": 239, "perf_event_open": 298,
}

# linux/bpf_common.h, linux/seccomp.h, linux/prctl.h
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
REFUSE, ALLOW = 0x00050000 | errno.EPERM, 0x7FFF0000
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("if_true", ctypes.c_ubyte), ("if_false", ctypes.c_ubyte),
                ("operand", ctypes.c_uint)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(Instruction))]


def refuse(names: list[str]) -> None:
    """Makes these calls fail with EPERM, in this process and in those that it starts."""
    # The number of the call is the first word of what a filter sees.
    instructions = [Instruction(LOAD_WORD, 0, 0, 0)]
    for name in names:
        instructions += [Instruction(JUMP_IF_EQUAL, 0, 1, NUMBERS[name]), Instruction(RETURN, 0, 0, REFUSE)]
    instructions.append(Instruction(RETURN, 0, 0, ALLOW))
    program = Program(len(instructions), (Instruction * len(instructions))(*instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SET_SECCOMP, FILTER, ctypes.byref(program))):
        if libc.prctl(*arguments) != 0:
            sys.exit(f"error: no filter: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    refuse(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
