import Glibc

/// Times of day, always UTC.
public enum UtcTime {
  /// Now, as `2026-11-23T01:02:03Z`.
  public static func iso() -> String { iso(unixSeconds: time(nil)) }

  /// Some seconds after the beginning of 1970, in the same form.
  public static func iso(unixSeconds: Int) -> String { formatted("%Y-%m-%dT%H:%M:%SZ", unixSeconds) }

  /// Now, for names of folders: `20261123T010203Z`.
  public static func compact() -> String { formatted("%Y%m%dT%H%M%SZ", time(nil)) }

  private static func formatted(_ format: String, _ seconds: time_t) -> String {
    var now = seconds
    var parts = tm()
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, format, &parts)
    return String(decoding: text[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
