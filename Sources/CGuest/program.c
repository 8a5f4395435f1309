// Where the parts of the guest's program are.
#include "CGuest.h"

_Static_assert(offsetof(cguest_mailbox, values) == 56 && offsetof(cguest_mailbox, faults) == 88, "program.S");
_Static_assert(offsetof(cguest_mailbox, dr6) == 136 && offsetof(cguest_mailbox, parties) == 152, "program.S");

extern const uint8_t cguest_start[], cguest_entry[], cguest_stubs[], cguest_comes_back[], cguest_locked_at[],
    cguest_locked_after[], cguest_end[];

cguest_program_layout cguest_program(void) {
  return (cguest_program_layout){
      .start = cguest_start,
      .bytes = (size_t)(cguest_end - cguest_start),
      .entry = (size_t)(cguest_entry - cguest_start),
      .stubs = (size_t)(cguest_stubs - cguest_start),
      .comes_back = (size_t)(cguest_comes_back - cguest_start),
      .locked_at = (size_t)(cguest_locked_at - cguest_start),
      .locked_after = (size_t)(cguest_locked_after - cguest_start),
  };
}
