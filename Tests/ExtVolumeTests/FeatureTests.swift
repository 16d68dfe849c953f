import SystemPackage
import Testing

@testable import ExtVolume

/// The table of features.
@Suite struct FeatureTests {
  /// Every feature that directories are read without has its reason, and every one its readers.
  @Test func everyFeatureIsDecidedOn() {
    let all = Feature.all.filter { $0.set == .incompatible }
    #expect(all.filter { $0.reading.whySafe != nil }.map(\.name).contains("dirdata"))
    #expect(all.allSatisfy { !$0.reading.readers.isEmpty })
    // Where tables are is said by these.
    let never = ["journal_dev", "meta_bg", "64bit", "extent", "inline_data", "flex_bg", "metadata_csum_seed"]
    #expect(all.filter { never.contains($0.name) }.allSatisfy { $0.reading.whySafe == nil })
  }
}
