import Foundation
import SystemPackage
import Testing
import TextOutput

@Suite struct ByteCountTests {
  /// What `ls -h` and `numfmt --to=iec --round=up` say.
  @Test(arguments: [
    (UInt64(0), "0"), (1023, "1023"), (1024, "1.0K"), (1025, "1.1K"), (1536, "1.5K"), (10240, "10K"),
    (10241, "11K"),
    (1_047_553, "1.0M"), (1_048_575, "1.0M"), (1_048_576, "1.0M"), (5_368_709_120, "5.0G"),
    (UInt64.max, "16E"),
  ])
  func sizesAreAsLsHasThem(byteCount: UInt64, text: String) {
    #expect(ByteCount.human(byteCount) == text)
  }
}
