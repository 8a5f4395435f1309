import Glibc

/// O_PATH of open(2), which Swift's Glibc does not name.
private let pathOnly: Int32 = 0o10_000_000

/// Takes the numbers of standard input, output and error where they were closed: a file of ours would get them, and words for
/// people would land in it. What stands in their place can be neither read nor written, as if closed still.
func reserveStandardDescriptors() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
    _ = open("/", pathOnly)
  }
}
