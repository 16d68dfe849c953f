import SystemPackage
import Testing

@testable import ExtVolume

/// The table of features.
@Suite struct FeatureTests {
  /// Every feature that directories are read without has its reason, and every one its readers.
  @Test func everyFeatureIsDecidedOn() {
    let all = Feature.all.filter { $0.set == .incompatible }
    // By their names: each is a row of the table.
    #expect(Set(all.compactMap(\.readPast)) == Set(Feature.ReadPast.allCases))
    #expect(all.filter { $0.readPast != nil }.map(\.name).contains("dirdata"))
    #expect(Feature.all.filter { $0.set != .incompatible }.allSatisfy { $0.readPast == nil })
    #expect(all.allSatisfy { !$0.readers.isEmpty })
    // Where tables are is said by these.
    let never = ["journal_dev", "meta_bg", "64bit", "extent", "inline_data", "flex_bg", "metadata_csum_seed"]
    #expect(all.filter { never.contains($0.name) }.allSatisfy { $0.readPast == nil })
  }
}
