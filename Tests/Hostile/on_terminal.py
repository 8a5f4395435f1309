"""Runs a command on a terminal of its own, to which something happens: on_terminal.py resize|hangup SECONDS COMMAND [ARGUMENT..]

Prints what the command wrote there; the exit code is the command's, 128 and the signal where that ended it.
"""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import threading
import time

WIDTHS = (1, 7, 300)


def resize(terminal: int) -> None:
    """Linux sends SIGWINCH."""
    for width in WIDTHS:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 2, width, 0, 0))
        time.sleep(0.1)


def read_all(terminal: int) -> None:
    try:
        while said := os.read(terminal, 4096):
            os.write(1, said)
    except OSError:
        pass  # EIO: nobody has it open any more.


def main() -> int:
    what, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    process, terminal = pty.fork()
    if process == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.execv(command[0], command)
    if what == "hangup":
        # Closing our side hangs up: SIGHUP, and every later write fails.
        time.sleep(seconds)
        os.close(terminal)
    else:
        threading.Timer(seconds, resize, [terminal]).start()
        read_all(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
