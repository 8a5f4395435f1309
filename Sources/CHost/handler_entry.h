// How a signal handler begins where EFLAGS.AC may be set.
#ifndef HANDLER_ENTRY_H
#define HANDLER_ENTRY_H

/// Defines the handler NAME: `BODY`, a function that takes what a handler takes, with EFLAGS.AC cleared. Linux hands AC on to
/// handlers, and any of them may come at the instruction that raises #AC: its own misaligned accesses would trap.
#define HANDLER_WITHOUT_ALIGNMENT_CHECK(NAME, BODY)                                          \
  __attribute__((naked)) static void NAME(int signal, siginfo_t *info, void *context) {      \
    __asm__ volatile("pushfq\n\tandq $~0x40000, (%rsp)\n\tpopfq\n\tjmp " #BODY);             \
  }

#endif
