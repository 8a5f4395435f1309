import Machine

/// What `doctor` and every run say of a machine that was changed and not put back, and of what switching detection on may kill.
public enum ControlNotice {
  /// Changes that are still in place, in words; empty if there are none.
  public static func changes(_ files: FileTree, journal: JournalFile = JournalFile()) -> [String] {
    [(journal.ofRun, "a run that ended without putting it back"), (journal, "splitbench msr set")].compactMap
    { file, who in
      do throws(JournalFailure) {
        guard let left = try file.read() else { return nil }
        guard left.bootId == BootId.current(files) else { return nil }
        return
          "this machine's detection was changed by \(who), see \(file.path): splitbench msr restore puts it back"
      } catch {
        return error.description
      }
    }
  }

  /// Who may die where #AC is switched on here; empty where Linux expects it, or there is none.
  public static func arming(_ report: MachineReport, _ files: FileTree) -> [String] {
    guard DetectionControl.exists(.splitLock, report), ArmingHazard.isArming(report.policy) else { return [] }
    return ArmingHazard(files: files).warnings
  }
}
