import SystemPackage

/// Writes data to standard output, whole or with an error: a full disk behind a redirection must not pass for success.
func emit(_ text: String) throws(OutputFailure) {
  do {
    try FileDescriptor.standardOutput.writeAll(text.utf8)
  } catch {
    throw OutputFailure(cause: error)
  }
}

/// Standard output took no more.
struct OutputFailure: Error, CustomStringConvertible {
  let cause: any Error
  var description: String { "cannot write standard output: \(cause)" }
}
