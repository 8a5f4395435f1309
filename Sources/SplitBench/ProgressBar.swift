import Glibc
import Measurement

/// Progress on standard error: a bar on a terminal, a line now and then elsewhere, nothing when quiet.
struct ProgressBar {
  private let isQuiet: Bool
  private let isTerminal: Bool
  private var lastSeconds = -1.0
  private var isDrawn = false

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// Ten times a second on a terminal, every ten seconds elsewhere.
  private var interval: Double { isTerminal ? 0.1 : 10 }

  mutating func show(_ progress: Progress, at seconds: Double) {
    guard !isQuiet, lastSeconds < 0 || seconds - lastSeconds >= interval else { return }
    lastSeconds = seconds
    let left = "\(Int(progress.secondsLeft.rounded())) s left"
    if isTerminal {
      let width = 30
      let filled = Int((progress.done * Double(width)).rounded(.down))
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
      say("\r\u{1B}[K[\(bar)] \(progress.phase), about \(left) of this experiment")
      isDrawn = true
    } else {
      complain("\(progress.phase): \(Int(progress.done * 100)) %, about \(left) of this experiment")
    }
  }

  /// Clears the bar.
  mutating func finish() {
    if isDrawn { say("\r\u{1B}[K") }
    isDrawn = false
  }
}
