import Glibc
import SystemPackage

/// This binary once more, as a child that does one thing by a hidden subcommand.
package enum OwnProcess {
  /// Starts it with nothing to read.
  ///
  /// - Parameters:
  ///   - output: its standard output.
  ///   - binary: what is started; a test's own does what it likes.
  ///   - inOwnSession: whether a terminal's Ctrl-C and hang-up are not for it.
  package static func start(
    _ words: [String], binary: String = "/proc/self/exe", output: Int32, inOwnSession: Bool = false
  ) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, inOwnSession ? 0x80 : 0)  // POSIX_SPAWN_SETSID
    let arguments: [UnsafeMutablePointer<CChar>?] =
      (["splitbench"] + words).map { (word: String) in strdup(word) } + [nil]
    defer { for word in arguments { free(word) } }
    var child = pid_t()
    let error = posix_spawn(&child, binary, &actions, &attributes, arguments, environ)
    guard error == 0 else { throw Errno(rawValue: error) }
    return child
  }
}
