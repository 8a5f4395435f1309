import Machine

/// Records of Linux's log, a line each, as /dev/kmsg gives them or without their headers.
///
/// What must hold: a report that is found is found again in the line that Linux would write of it; and a policy concluded from
/// lines has a limit that Linux can have.
struct LogLinesInput: FuzzedInput {
  func fault(in bytes: [UInt8]) -> String? {
    let records = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    let messages = records + records.compactMap { LinuxLog.message(ofRecord: $0).map(String.init) }
    for message in messages {
      guard let report = DetectionReport(message) else {
        if DetectionReport.isOne(message[...]) { return "both one and none: \(message)" }
        continue
      }
      guard DetectionReport(Self.line(report)) == report else { return "\(report) of \(message)" }
    }
    let nowhere = FileTree(root: "/nowhere")
    let policy = DetectionPolicy(files: nowhere, processor: .ofThisMachine(), log: .success(messages))
    return policy.evidence.isEmpty ? "no evidence" : nil
  }

  /// In the words of arch/x86/kernel/cpu/bus_lock.c and traps.c.
  private static func line(_ report: DetectionReport) -> String {
    let address = String(report.address, radix: 16)
    if report.isFatal { return "traps: name[\(report.task)] trap alignment check ip:\(address) sp:0 error:0" }
    let what = report.exception == .ac ? "split_lock" : "bus_lock"
    return
      "x86/split lock detection: \(report.exception.rawValue): name/\(report.task) took a \(what) trap at"
      + " address: 0x\(address)"
  }
}
