extension Scrubber {
  /// What is recognised by how it is written.
  struct Shape {
    /// The first capture stays: what stands in front.
    let pattern: Regex<(Substring, Substring)>
    let replacement: String
    /// One of them is in every text that has the shape.
    let signs: ShapeSigns

    private init(
      _ pattern: Regex<(Substring, Substring)>, _ replacement: String, _ signs: ShapeSigns
    ) {
      (self.pattern, self.replacement, self.signs) = (pattern, replacement, signs)
    }

    /// Letters and digits end where ASCII does: by Unicode's rules for words (UAX 29) `7,10.0.0.1` would be one.
    static var all: [Shape] {
      [
        // Linux's log names the task.
        Shape(/(#AC|#DB): [^"\\]*? took a/, ": a task took a", .number),
        Shape(/()[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/, "(uuid)", .digits),
        // The digits behind a number's point are none.
        Shape(
          /(^|[^A-Za-z0-9_.]|(?:^|[^0-9])\.|\.(?=[A-Fa-f]))[0-9A-Fa-f]{32,}(?![A-Za-z0-9_])/, "(id)", .digits),
        Shape(
          /(^|[^A-Za-z0-9_])[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?![A-Za-z0-9_])/, "(mac)", .digits),
        // A time of day has two colons.
        Shape(/(^|[^A-Za-z0-9_])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){4,7}/, "(ip)", .colons),
        Shape(
          /(^|[^A-Za-z0-9_])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*::(?:[0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4}/,
          "(ip)", .colons),
        // A version may have more parts.
        Shape(
          /(^|[^A-Za-z0-9_.]|(?:^|[^0-9])\.)(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?!\.?[0-9]|[A-Za-z_])/,
          "(ip)", .dots),
        // The domain may be gone already.
        Shape(/()[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9.\-]|\(name\))+/, "(mail)", .at),
        Shape(/(^|[^A-Za-z0-9_])0x[0-9A-Fa-f]{9,16}(?![A-Za-z0-9_])/, "0x0", .hexadecimal),
        // As clouds name machines.
        Shape(/(^|[^A-Za-z0-9_])i-[0-9A-Fa-f]{8,17}(?![A-Za-z0-9_])/, "(instance)", .hyphen),
        Shape(/(^|[^A-Za-z0-9_])ip(?:-\d{1,3}){4}(?![A-Za-z0-9_])/, "(ip)", .hyphen),
        // Those of every Linux say nothing of whose it is; below /etc and /dev anything may lie.
        Shape(
          /(^|[^A-Za-z0-9_])\/(?!(?:proc|sys|run\/splitbench)\b|(?:etc(?:\/machine-id)?|dev(?:\/(?:kvm|kmsg|null|zero|cpu\/\d+\/msr))?)(?:[\s",;:'\\)]|\.(?:\s|"|$)|$))[A-Za-z0-9._+~@%\-][^\s",;:'\\)]*/,
          "(path)", .slash),
      ]
    }
  }
}
