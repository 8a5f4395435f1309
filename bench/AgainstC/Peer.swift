import Glibc

/// The plain C program, answering on a pipe: while it works this process sleeps.
final class Peer {
  private let request: UnsafeMutablePointer<FILE>
  private let answer: UnsafeMutablePointer<FILE>
  private let pid: pid_t

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init(program: String, cpu: Int) throws(Failure) {
    var (toPeer, fromPeer): ([Int32], [Int32]) = ([0, 0], [0, 0])
    guard pipe(&toPeer) == 0, pipe(&fromPeer) == 0 else { throw Failure(description: "no pipe") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toPeer[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromPeer[1], 1)
    for end in toPeer + fromPeer { posix_spawn_file_actions_addclose(&actions, end) }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(String(cpu)), nil]
    defer { for argument in arguments { free(argument) } }
    var pid = pid_t()
    guard posix_spawn(&pid, program, &actions, nil, &arguments, environ) == 0 else {
      throw Failure(description: "cannot start \(program)")
    }
    close(toPeer[0])
    close(fromPeer[1])
    self.pid = pid
    request = fdopen(toPeer[1], "w")
    answer = fdopen(fromPeer[0], "r")
  }

  deinit {
    // End of file ends the program.
    fclose(request)
    fclose(answer)
    waitpid(pid, nil, 0)
  }

  /// ns an operation of `count` of them at `offset` of a line.
  func measure(offset: Int, count: Int) throws(Failure) -> Double {
    fputs("\(offset) \(count)\n", request)
    fflush(request)
    var line = [CChar](repeating: 0, count: 64)
    guard fgets(&line, 64, answer) != nil else { throw Failure(description: "the C program ended") }
    return strtod(line, nil)
  }
}
