// One victim beside other programs, in turn: a chase through memory while each of them, stopped otherwise, runs for a moment.
// Usage: common_victim CPU ROUNDS PID...; prints a line a slice: number of the program, ns without, ns beside, its share of
// its CPU.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>

#include "chase.h"

enum { settle_ns = 1000000, slice_ns = 4000000, rest_ns = 15000000 };

static double cpu_time(pid_t process) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &t) != 0) exit(2);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void beside(int number, pid_t process) {
  slice(chase, settle_ns);
  double without = slice(chase, slice_ns);
  if (kill(process, SIGCONT) != 0) exit(2);
  slice(chase, settle_ns);
  double start = now(), used = cpu_time(process);
  double with = slice(chase, slice_ns);
  double share = (cpu_time(process) - used) / (now() - start);
  kill(process, SIGSTOP);
  printf("%d %.4f %.4f %.3f\n", number, without, with, share);
  rest(rest_ns);
}

int main(int argc, char **argv) {
  if (argc < 4) return 64;
  pin(atoi(argv[1]));
  make_chain();
  int programs = argc - 3;
  for (int round = 0; round < atoi(argv[2]); round++)
    // Another one begins each round.
    for (int i = 0; i < programs; i++) {
      int number = (round + i) % programs;
      beside(number, atoi(argv[3 + number]));
    }
}
