/// A run ended without putting the machine back.
public struct StaleJournal: Error, CustomStringConvertible, Sendable {
  public let file: JournalFile
  public let isOfAnotherBoot: Bool

  private var remedy: String {
    let path = file.path.string.hasSuffix(".run") ? String(file.path.string.dropLast(4)) : file.path.string
    return "splitbench msr restore" + (path == JournalFile.defaultPath.string ? "" : " --journal \(path)")
  }

  public var description: String {
    isOfAnotherBoot
      ? "journal \(file.path) is of an earlier boot: booting has undone its changes; remove it with \(remedy)"
      : "an earlier run left this machine changed, see \(file.path): put it back with \(remedy)"
  }
}
