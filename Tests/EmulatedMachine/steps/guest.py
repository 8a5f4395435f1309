"""Steps with guests, and without the means to make any."""

# Guests of a stock KVM, with the time that emulated CPUs take.
KVM = ("msr", "irqbypass", "kvm", "ccp", "kvm-amd")
GUEST = {"guest": "splitbench run --plan thorough --only guest --rounds 10 --out /results/guest"}


def without_kvm(name: str, instead: str) -> dict[str, str]:
    """The step that runs where /dev/kvm is something else."""
    return {
        name: f"mv /dev/kvm /dev/kvm-away; {instead};"
              f" splitbench run --plan thorough --only trap,guest --out /results/{name};"
              " code=$?; rm -f /dev/kvm; mv /dev/kvm-away /dev/kvm; exit $code",
    }


# Not there; refused, as root is by a file system without devices; and a device with another API.
WITHOUT_KVM = (
    without_kvm("no-kvm", "true")
    | without_kvm(
        "forbidden-kvm", "mkdir /nodev; mount -t tmpfs -o nodev nodev /nodev; cp -a /dev/kvm-away /nodev/kvm;"
                         " ln -s /nodev/kvm /dev/kvm")
    | without_kvm("old-kvm", "ln -s /dev/null /dev/kvm"))
