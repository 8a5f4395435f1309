import Foundation
import SystemPackage

/// A run that tells of its people wherever it can.
enum PlantedRun {
  static let secrets = [
    "node7", "corp.example", "alice", "labelled", "0badc0ffee11", "b007b007b007", "machineroom",
    "10.21.32.43",
    "fe80::1ff:fe23:4567:890a", "52:54:00:12:34:56", "secretd", "7f12deadbeef",
    "0123456789abcdef0123456789abcdef", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "/srv/", "acme",
    "abcdef9876543210", "0fedcba987654321", "i-0abcdef1234567890", "i-0badcafe", "ip-10-0-12-7", "lustre",
    "vault", "volume0", "handwritten",
  ]

  private static let planted =
    "seen by alice@corp.example on node7.corp.example (10.21.32.43, fe80::1ff:fe23:4567:890a, 52:54:00:12:34:56)"
    + " in /home/alice/x and '/srv/acme data/y' with 6f9619ff-8b86-4d01-b42d-00cf4fc964ff and"
    + " 0123456789abcdef0123456789abcdef: x86/split lock detection: #AC: secretd/4242 took a split_lock trap at"
    + " address: 0x7f12deadbeef of acme; NODE7 and Node7.Corp.Example by Alice@corp.example, a LABELLED run of ACME on"
    + " i-0abcdef1234567890 i-0badcafe ip-10-0-12-7 with [/lustre/x] </lustre/y> →/lustre/z file:///lustre/a;/lustre/b"
    + " /etc/vault/token /dev/mapper/volume0, 7,10.21.32.43,7, é10.21.32.43. and 0123456789abcdef0123456789abcdef's, "
    + "srv7.abcdef9876543210abcdef9876543210 0fedcba9876543210fedcba98765432a.0fedcba9876543210fedcba987654321 "
    + kept

  /// What anybody may read.
  static let kept =
    "but /etc/machine-id, /dev/kvm and /proc/cpuinfo, version 1.2.3.4.5 and 0.12345678901234567890123456789012."

  /// Below `src/machineroom-INSTANCE` of the folder.
  static func write(in folder: FilePath, _ number: Int, instance: String) throws -> FilePath {
    let parent = folder.appending("src").appending("machineroom-\(instance)")
    try FileManager.default.createDirectory(atPath: parent.string, withIntermediateDirectories: true)
    var run = BuiltRun(number: number)
    run.tables = ["cost", "trap"]
    run.edit = { row in row["attribution_evidence"] == nil ? [:] : ["attribution_evidence": planted] }
    run.record = { record in
      record["run"] = "20260101T000000Z-node7-labelled"
      record["label"] = "labelled"
      record["host"] = [
        "group": "g", "instance": instance, "instance_source": "machine-id", "boot": "b007b007b007",
        "name": "node7.corp.example",
      ]
      record["skipped"] = [["what": "something", "reason": planted]]
    }
    let path = try run.write(in: parent)
    try Data("# 20260101T000000Z-node7-labelled\n\nhandwritten: \(planted)\n".utf8)
      .write(to: URL(filePath: path.appending("summary.md").string))
    try Data(planted.utf8).write(to: URL(filePath: path.appending("notes.txt").string))
    return path
  }
}
