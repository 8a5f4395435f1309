// A guest of our own: its program in assembly, and the KVM calls that Swift cannot import. Functions return a descriptor, a
// count or 0 on success and -errno on failure unless they say otherwise.
#ifndef CGUEST_H
#define CGUEST_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

// MARK: The program

/// What host and guest tell each other, one for each vCPU, at the start of its cell of memory.
typedef struct {
  uint64_t routine;  // guest address of what to run
  uint64_t user;     // 0: at CPL 0; else at CPL 3
  uint64_t operand;  // address, or the number of a register or leaf
  uint64_t count;    // operations, ticks, or the subleaf
  uint64_t flags;    // RFLAGS of the routine
  uint64_t start, end;  // TSC around the operations
  uint64_t values[4];   // of registers: EAX, EBX, ECX, EDX of CPUID, or what RDMSR read and WRMSR writes; else as the routine says
  uint64_t faults;      // exceptions met, of which the last is below
  uint64_t vector, error_code, rip, cs, rflags, dr6;
  uint64_t gate, parties;  // address of a count of those who have come, and how many are waited for
} cguest_mailbox;

/// Where a vCPU's cell begins and what lies in it, in bytes from there; cells are aligned to their size.
enum {
  CGUEST_CELL_BYTES = 0x10000,
  CGUEST_GDT = 0x1000,
  CGUEST_TSS = 0x2000,
  CGUEST_SYSTEM_STACK = 0x4000,
  CGUEST_USER_STACK = 0x6000,
  CGUEST_OPERANDS = 0x8000,
  CGUEST_OPERAND_BYTES = 0x2000,
  /// Selectors: code and data at CPL 0, data and code at CPL 3, the task.
  CGUEST_SYSTEM_CODE = 0x08,
  CGUEST_SYSTEM_DATA = 0x10,
  CGUEST_USER_DATA = 0x23,
  CGUEST_USER_CODE = 0x2b,
  CGUEST_TASK = 0x30,
  /// Written to by the guest when it waits for a call; and by `cguest_port`.
  CGUEST_READY_PORT = 0xf0,
  CGUEST_COUNTED_PORT = 0xf1,
  /// The exception by which CPL 3 comes back, and the size of a stub.
  CGUEST_RETURN_VECTOR = 3,
  CGUEST_VECTORS = 32,
  CGUEST_STUB_BYTES = 16,
};

/// The program as it lies in this process; it runs wherever it is copied to, at a multiple of 64. Offsets in bytes.
typedef struct {
  const void *_Nonnull start;
  size_t bytes;
  size_t entry;
  size_t stubs;     // of exceptions, one behind the other
  size_t comes_back;  // behind `CGUEST_RETURN_VECTOR`
  size_t locked_at, locked_after;  // the locked instruction of `cguest_locked`, and the one behind it
} cguest_program_layout;

cguest_program_layout cguest_program(void);

// Routines. Guests run them at either CPL; this process can call the first two itself, and so time the same instructions.

/// `count` dependent adds of a register, between two readings of the TSC.
void cguest_register(cguest_mailbox *_Nonnull mailbox);
/// `count` times `lock add m64` on the operand, between two readings of the TSC.
void cguest_locked(cguest_mailbox *_Nonnull mailbox);
/// `lock add m64` on the operand for `count` TSC ticks from when `parties` vCPUs have come to the gate; `values` begins with the
/// operations and the TSC when this one came.
void cguest_together(cguest_mailbox *_Nonnull mailbox);
/// One plain load of 8 bytes; `values` begins with the RFLAGS that it met.
void cguest_load(cguest_mailbox *_Nonnull mailbox);
void cguest_cpuid(cguest_mailbox *_Nonnull mailbox);
void cguest_read_msr(cguest_mailbox *_Nonnull mailbox);
void cguest_write_msr(cguest_mailbox *_Nonnull mailbox);
/// `count` writes to `CGUEST_COUNTED_PORT`, between two readings of the TSC.
void cguest_port(cguest_mailbox *_Nonnull mailbox);

// MARK: KVM

int cguest_open(const char *_Nonnull path);
int cguest_api_version(int kvm);
/// The answer of KVM_CHECK_EXTENSION: 0 where it is unknown; also of a VM's descriptor.
int cguest_extension(int descriptor, int capability);
int cguest_run_bytes(int kvm);
int cguest_supported_cpuid(int kvm, struct kvm_cpuid_entry2 *_Nonnull entries, int capacity);

int cguest_create_vm(int kvm);
/// Needed by Intel's processors (api.rst, KVM_SET_TSS_ADDR).
int cguest_set_task_address(int vm, uintptr_t address);
int cguest_set_memory(int vm, void *_Nonnull memory, size_t bytes);
int cguest_enable(int vm, int capability, uint64_t argument);
/// Accesses of a guest to these registers, at most 16, become exits.
int cguest_filter_msrs(int vm, const uint32_t *_Nonnull registers, int count);

int cguest_create_vcpu(int vm, int index);
int cguest_set_cpuid(int vcpu, const struct kvm_cpuid_entry2 *_Nonnull entries, int count);
int cguest_get_sregs(int vcpu, struct kvm_sregs *_Nonnull registers);
int cguest_set_sregs(int vcpu, const struct kvm_sregs *_Nonnull registers);
int cguest_get_regs(int vcpu, struct kvm_regs *_Nonnull registers);
int cguest_set_regs(int vcpu, const struct kvm_regs *_Nonnull registers);
/// Until the next exit: -EINTR behind the deadline, and by other signals.
int cguest_enter(int vcpu);

/// From now on this thread's entries end with -EINTR behind so many milliseconds, by SIGUSR2, with `immediate_exit` set. One at a
/// time.
int cguest_deadline_begin(struct kvm_run *_Nonnull run, uint32_t milliseconds);
void cguest_deadline_end(void);

#endif
