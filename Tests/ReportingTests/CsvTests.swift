import LockKernels
import Machine
import Measurement
import Testing

@testable import Reporting

@Suite struct CsvTests {
  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""),
    ("", ""), ("semi;colon", "semi;colon"),
  ])
  func quotesAsRfc4180(text: String, field: String) {
    #expect(CsvValue.text(text).field == field)
  }

  @Test func whatWasNotMeasuredIsEmpty() {
    #expect(CsvValue.number(nil).field == "" && CsvValue.integer(nil).field == "")
    #expect(CsvValue.text(nil).field == "" && CsvValue.boolean(false).field == "false")
    #expect(CsvValue.number(0).field == "0", "a zero is a measured zero")
  }

  /// The contract that users' scripts rely on: columns are added behind, never renamed or moved.
  @Test func costColumnsAreTheContract() {
    let contract =
      "run,round_count,cpu,setting,instruction,width_bytes,locked,placement,offset_bytes,operations,samples,"
      + "median_ns,median_low_ns,median_high_ns,mean_ns,operations_per_second,min_ns,p90_ns,p99_ns,p999_ns,max_ns,"
      + "median_tsc_cycles,core_cycles,core_cycles_source,bus_locks_per_op,ratio_to_aligned,line_state,outcome,"
      + "trapped,delayed_count,verdict,warnings"
    #expect(CostTable.table(run: "x").header.hasPrefix(contract + ","))
  }

  @Test func everyColumnIsExplainedOnce() {
    let columns = CostTable.table(run: "x").columns
    #expect(Set(columns.map(\.name)).count == columns.count)
    #expect(columns.allSatisfy { $0.meaning.hasSuffix(".") })
    #expect(SampleTable.table.columns.allSatisfy { $0.meaning.hasSuffix(".") })
  }
}

@Suite struct TextTableTests {
  private let table: TextTable = {
    var table = TextTable(columns: ["name", "ns"])
    table.rows = [["a", "1.50"], ["longer", "12.00"]]
    return table
  }()

  @Test func linesUp() {
    #expect(table.text == "name       ns\na        1.50\nlonger  12.00\n")
  }

  @Test func writesMarkdown() {
    #expect(table.markdown == "| name | ns |\n| --- | ---: |\n| a | 1.50 |\n| longer | 12.00 |\n")
  }
}
