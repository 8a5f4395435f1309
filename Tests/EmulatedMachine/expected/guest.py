"""What `run --only guest` says of guests of a stock KVM, and where there is none."""

# Without detection, by part, quantity, condition and CPL: kvm_set_msr_common and kvm_get_msr_common
# (arch/x86/kvm/x86.c) know neither register, and CPUID is what the VMM gave. QEMU interprets all of it.
STOCK_KVM = {
    ("kvm", "virtualisation", "", ""): "interpreting",
    ("kvm", "left-behind", "", ""): "nothing",
    ("kvm", "module", "", ""): "kvm_amd",
    ("kvm", "bus-lock-exit", "", ""): "not offered",
    ("kvm", "user-space-msrs", "", ""): "offered",
    **{("loop", "register-add", "", cpl): "interpreted" for cpl in "03"},
    **{("count", "aligned", "", cpl): "exact" for cpl in "03"},
    **{("register", f"{access}-0x{register}", "as-kvm", "0"): "#GP"
       for access in ("rdmsr", "wrmsr") for register in ("33", "cf")},
    ("register", "rdmsr-0xcf", "answered-by-us", "0"): "0x20",
    ("register", "wrmsr-0xcf", "answered-by-us", "0"): "#GP",
    ("register", "wrmsr-0x33", "answered-by-us", "0"): "taken",
    ("register", "rdmsr-0x33", "answered-by-us", "0"): "0x20000000",
    ("cpuid", "core-capabilities", "by-kvm", ""): "not offered",
    ("cpuid", "bus-lock-detect", "by-kvm", ""): "not offered",
    **{("cpuid", bit, f"{what}-by-us", cpl): seen
       for bit in ("core-capabilities", "bus-lock-detect", "uc-lock-disable")
       for what, seen in (("offered", "seen"), ("withheld", "not seen")) for cpl in "03"},
    ("alignment", "misaligned-load", "eflags-ac", "3"): "#AC, interpreted",
    ("alignment", "misaligned-load", "eflags-ac", "0"): "performed, interpreted",
    ("answer", "line-split", "", "3"): "silent, interpreted",
    ("answer", "line-split", "", "0"): "silent, interpreted",
    ("answer", "line-split", "guest-set-sld", "3"): "silent, interpreted",
    ("answer", "line-split", "eflags-ac", "3"): "#AC in the guest, interpreted",
    ("answer", "rip", "eflags-ac", "3"): "at, interpreted",
    ("exit", "port-exit", "", "0"): "interpreted",
    ("vcpus", "line-split", "", "3"): "exact, interpreted",
}

# Why there is no guest, by step.
NO_KVM = {
    "no-kvm": "/dev/kvm is not there",
    "forbidden-kvm": "/dev/kvm: not permitted",
    "old-kvm": "/dev/kvm is no KVM with API 12",
}
