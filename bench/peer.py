"""Programs that SplitBench is compared with, as processes that are bounded, stopped, and looked at."""

import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

# No process of a benchmark may take more CPU time than this, in seconds, whatever becomes of the one that started it.
CPU_SECONDS = 2


def bounded():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def family(pid):
    """The process and all below it."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid] + [below for child in children for below in family(int(child))]


def peak_megabytes(pid):
    """Not rusage's maximum: across fork and exec that holds this interpreter's memory, too."""
    peak = 0
    for member in family(pid):
        try:
            status = pathlib.Path(f"/proc/{member}/status").read_text()
        except OSError:
            continue
        peak += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return peak / 1024


def watched(command, text="", poll=0.005, limit=None):
    """Runs a command to its end; returns what it printed, its wall time in s and its peak memory in MB, looked at every `poll` s."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, text=True, preexec_fn=limit)
        process.stdin.write(text)
        process.stdin.close()
        peak = 0
        while process.poll() is None:
            peak = max(peak, peak_megabytes(process.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(poll)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
        seconds = time.monotonic() - start
        output.seek(0)
        return output.read(), seconds, peak


class StressNg:
    """stress-ng's lockbus stressor, one worker on one CPU, stopped at once."""

    def __init__(self, cpu, *options):
        # A deadline of its own, and one by the clock for what may come of being stopped.
        self.process = subprocess.Popen(
            ["timeout", "--signal=KILL", "60", "stress-ng", "--quiet", "--lockbus", "1", "--taskset", cpu, "--timeout", "60s",
             *options], preexec_fn=bounded, stderr=subprocess.DEVNULL)
        for _ in range(5000):
            for member in family(self.process.pid):
                with contextlib.suppress(OSError):
                    if pathlib.Path(f"/proc/{member}/comm").read_text().startswith("stress-ng-lock"):
                        os.kill(member, signal.SIGSTOP)
                        self.worker = member
                        return
            time.sleep(0.001)
        sys.exit("stress-ng started no lockbus stressor")

    def finish(self, burst=0.008):
        """Lets it work in bursts, with rests twice as long, until it ends."""
        while self.process.poll() is None:
            for signal_, seconds in (signal.SIGCONT, burst), (signal.SIGSTOP, 2 * burst):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.worker, signal_)
                time.sleep(seconds)

    def end(self):
        os.kill(self.worker, signal.SIGKILL)
        self.process.wait()  # It ends with its last worker.


class Loop:
    """A program that answers lines on a pipe, pinned to a CPU by itself."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, preexec_fn=bounded)

    def ask(self, line):
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[0]} ended")
        return answer

    def stopped_with(self, line):
        """Stops it and gives it work for when it goes on; returns its process id."""
        self.process.send_signal(signal.SIGSTOP)
        print(line, file=self.process.stdin, flush=True)
        return self.process.pid

    def end(self):
        self.process.kill()
        self.process.wait()
