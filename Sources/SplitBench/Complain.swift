import SystemPackage

/// Says something to the person: standard output is for data.
func complain(_ text: String) { say(text + "\n") }

/// As `complain`, without ending the line.
func say(_ text: String) {
  // A closed standard error leaves nobody to tell.
  _ = try? FileDescriptor.standardError.writeAll(text.utf8)
}
