// KVM's system calls (Documentation/virt/kvm/api.rst).
#include "CGuest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static int call(int descriptor, unsigned long request, const void *argument) {
  int result = ioctl(descriptor, request, argument);
  return result < 0 ? -errno : result;
}

static int call_with(int descriptor, unsigned long request, unsigned long argument) {
  int result = ioctl(descriptor, request, argument);
  return result < 0 ? -errno : result;
}

int cguest_open(const char *path) {
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int cguest_api_version(int kvm) { return call_with(kvm, KVM_GET_API_VERSION, 0); }

int cguest_extension(int descriptor, int capability) {
  int result = ioctl(descriptor, KVM_CHECK_EXTENSION, (unsigned long)capability);
  return result < 0 ? 0 : result;
}

int cguest_run_bytes(int kvm) { return call_with(kvm, KVM_GET_VCPU_MMAP_SIZE, 0); }

static struct kvm_cpuid2 *cpuid_of(int count) {
  return calloc(1, sizeof(struct kvm_cpuid2) + (size_t)count * sizeof(struct kvm_cpuid_entry2));
}

int cguest_supported_cpuid(int kvm, struct kvm_cpuid_entry2 *entries, int capacity) {
  struct kvm_cpuid2 *cpuid = cpuid_of(capacity);
  if (!cpuid) return -ENOMEM;
  cpuid->nent = (uint32_t)capacity;
  int result = call(kvm, KVM_GET_SUPPORTED_CPUID, cpuid);
  if (result >= 0) {
    // kvm-pvm gives back the capacity, and leaves the rest empty.
    const struct kvm_cpuid_entry2 empty = {0};
    result = (int)cpuid->nent;
    while (result > 1 && memcmp(&cpuid->entries[result - 1], &empty, sizeof empty) == 0) result--;
    memcpy(entries, cpuid->entries, (size_t)result * sizeof *entries);
  }
  free(cpuid);
  return result;
}

int cguest_create_vm(int kvm) { return call_with(kvm, KVM_CREATE_VM, 0); }

int cguest_set_task_address(int vm, uintptr_t address) { return call_with(vm, KVM_SET_TSS_ADDR, address); }

int cguest_set_memory(int vm, void *memory, size_t bytes) {
  struct kvm_userspace_memory_region region = {
      .memory_size = bytes, .userspace_addr = (uint64_t)(uintptr_t)memory};
  return call(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

int cguest_enable(int vm, int capability, uint64_t argument) {
  struct kvm_enable_cap enable = {.cap = (uint32_t)capability, .args = {argument}};
  return call(vm, KVM_ENABLE_CAP, &enable);
}

int cguest_filter_msrs(int vm, const uint32_t *registers, int count) {
  uint64_t denied = 0;  // Linux copies whole longs of a bitmap.
  struct kvm_msr_filter filter = {.flags = KVM_MSR_FILTER_DEFAULT_ALLOW};
  if (count > KVM_MSR_FILTER_MAX_RANGES) return -E2BIG;
  for (int i = 0; i < count; i++)
    filter.ranges[i] = (struct kvm_msr_filter_range){
        .flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE, .nmsrs = 1, .base = registers[i], .bitmap = (uint8_t *)&denied};
  return call(vm, KVM_X86_SET_MSR_FILTER, &filter);
}

int cguest_create_vcpu(int vm, int index) { return call_with(vm, KVM_CREATE_VCPU, (unsigned long)index); }

int cguest_set_cpuid(int vcpu, const struct kvm_cpuid_entry2 *entries, int count) {
  struct kvm_cpuid2 *cpuid = cpuid_of(count);
  if (!cpuid) return -ENOMEM;
  cpuid->nent = (uint32_t)count;
  memcpy(cpuid->entries, entries, (size_t)count * sizeof *entries);
  int result = call(vcpu, KVM_SET_CPUID2, cpuid);
  free(cpuid);
  return result;
}

int cguest_get_sregs(int vcpu, struct kvm_sregs *registers) { return call(vcpu, KVM_GET_SREGS, registers); }
int cguest_set_sregs(int vcpu, const struct kvm_sregs *registers) { return call(vcpu, KVM_SET_SREGS, registers); }
int cguest_get_regs(int vcpu, struct kvm_regs *registers) { return call(vcpu, KVM_GET_REGS, registers); }
int cguest_set_regs(int vcpu, const struct kvm_regs *registers) { return call(vcpu, KVM_SET_REGS, registers); }

int cguest_enter(int vcpu) { return call_with(vcpu, KVM_RUN, 0); }
