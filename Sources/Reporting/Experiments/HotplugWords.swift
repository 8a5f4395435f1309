/// What becomes of a bit that was written on a CPU which then went offline, in words.
public enum HotplugWords {
  /// - Parameters:
  ///   - initialised: by row that tells, whether Linux wrote its own value again.
  ///   - moments: by row that tells, when: `offline` or `online`.
  /// - Returns: nil where rows disagree, or none tells.
  public static func fate(initialised: [Bool], moments: [String]) -> String? {
    switch Set(initialised) {
    case [false]: return "a bit that was written keeps its value while its CPU is offline"
    case [true]:
      let moment =
        switch Set(moments) {
        case ["offline"]: "as a CPU goes"
        case ["online"]: "when a CPU comes up"
        default: "when a CPU goes or comes up"
        }
      return "Linux writes its own value \(moment): what was written before is gone"
    default: return nil
    }
  }
}
