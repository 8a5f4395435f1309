/// What one visit to a setting gave.
struct SettingsVisit {
  /// What of the setting the machine did not take.
  var failures: [String]
  var split: TrapRecord
  var aligned: TrapRecord
  /// Split locks a second of wall time.
  var throughput: Double
  var child: TrapRecord
  /// CPUs that raise #AC; nil where that cannot be read.
  var bitsSet: [Int]?
  /// Nil without a bystander.
  var slowdown: Result<Double, SettingsBystander.Lack>?
}
