import StoredRuns
import TestSupport
import Testing

@testable import Pages

@Suite struct GuestSectionTests {
  private static let header =
    "run,round_count,part,condition,place,cpl,cpu,vcpus,quantity,unit,value,value_low,value_high,found,operations\n"

  @Test func aRowSaysWhatStandsBehindIt() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder) { $0[path: "parameters", "experiments"] = ["guest"] }
      try fixture.write(
        Self.header + "run,1,kvm,,guest,,,,left-behind,count,0,,,nothing,1000\n"
          + "run,1,kvm,,guest,,,,module,,,,,kvm_amd,0\n"
          + "run,3,exit,,guest,0,1,,port-exit,ns,950,900,1000,,150\n", to: "guest")
      let html = try Report([fixture.run]).html
      let behind = try #require(html.split(separator: "In a KVM guest</h2>").last)
      let section = try #require(behind.split(separator: "<h2").first)
      let cells = section.matches(of: /<td[^>]*>([^<]*)<\/td>/).map { String($0.1) }
      #expect(cells.contains("1000"), "guests that came and went")
      // The module has no operations.
      #expect(cells.count { $0 == "0" } == 2, "what they left behind, and CPL 0")
      #expect(!html.contains("Exits by bus locks"), "there are none")
    }
  }
}
