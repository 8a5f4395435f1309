import Machine

/// A list of CPUs.
///
/// What must hold: it is read as a plain second reader reads it, or refused where that refuses it; CPUs that it selects
/// are there, each once, by rising id; and what is written is read as the same.
struct CpuListInput: FuzzedInput {
  private let topology: Topology

  init() throws { topology = try Topology.synthetic("pack:2 l3:2 core:4 pu:2") }

  func fault(in bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    let read = CpuSelection.numbers(text)
    let plain = CpuListInput.plainNumbers(text)
    guard read == plain else { return "\(read?.count ?? -1) numbers, not \(plain?.count ?? -1)" }
    if let read {
      let sorted = Set(read).sorted()
      guard sorted.isEmpty || CpuSelection.numbers(CpuSelection.ranges(sorted)) == sorted else {
        return "\(CpuSelection.ranges(sorted)) is something else"
      }
    }
    guard let selection = try? CpuSelection(text) else { return plain == nil ? nil : "refused" }
    do throws(SelectionFailure) {
      let ids = try selection.resolve(in: topology).map(\.id)
      guard !ids.isEmpty, ids == Set(ids).sorted(), ids.allSatisfy({ topology.cpu($0) != nil }) else {
        return "selects \(ids)"
      }
      if let plain, Set(plain) != Set(ids) { return "selects \(ids), not \(plain)" }
    } catch {
      if let plain, plain.allSatisfy({ topology.cpu($0) != nil }) { return "refused: \(error)" }
    }
    return nil
  }

  /// N, A-B and A-B:STEP, separated by commas.
  private static func plainNumbers(_ text: String) -> [Int]? {
    var numbers: [Int] = []
    for word in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      var fields: [Int] = []
      var marks: [UInt8] = []
      var digits = ""
      for byte in Array(word) + [0] {
        if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
          digits.append(Character(UnicodeScalar(byte)))
          continue
        }
        guard let number = Int(digits), number <= 65_535 else { return nil }
        fields.append(number)
        marks.append(byte)
        digits = ""
      }
      switch marks {
      case [0]: numbers.append(fields[0])
      case [UInt8(ascii: "-"), 0], [UInt8(ascii: "-"), UInt8(ascii: ":"), 0]:
        let step = fields.count == 3 ? fields[2] : 1
        guard fields[0] <= fields[1], step > 0 else { return nil }
        numbers += stride(from: fields[0], through: fields[1], by: step)
      default: return nil
      }
    }
    return numbers
  }
}
