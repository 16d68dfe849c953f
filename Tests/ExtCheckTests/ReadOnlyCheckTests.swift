import ExtVolume
import Foundation
import SystemPackage
import Testing

@testable import ExtCheck
@testable import TestSupport

/// A check opens nothing for writing.
@Suite struct ReadOnlyCheckTests {
  /// While the check runs every descriptor of the image is open for reading only.
  @Test func theImageIsOpenForReadingOnly() async throws {
    let image = try await ScratchImage(blockSize: 65536, tree: ["d/one"])
    let volume = try Volume(
      at: try #require(ImageLocation(argument: Array(image.path.string.utf8), offset: nil)))
    final class Looker: CheckObserver {
      let path: String
      var flags: [Int] = []
      init(_ path: String) { self.path = path }

      func show(_ progress: CheckProgress) {}

      func take(_ finding: Finding) {
        for descriptor in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        where readLink("/proc/self/fd/\(descriptor)") == path {
          let words = (try? readFile(FilePath("/proc/self/fdinfo/\(descriptor)"))) ?? []
          let text = String(decoding: words, as: UTF8.self)
          if let match = text.firstMatch(of: /flags:\s+(\d+)/) { flags.append(Int(match.1, radix: 8) ?? -1) }
        }
      }
    }
    let looker = Looker(image.path.string)
    // It has something to say: its blocks are large.
    _ = try ImageCheck.run(volume, options: VerifyOptions(), observer: looker)
    #expect(!looker.flags.isEmpty)
    let accessMode = 3
    #expect(looker.flags.allSatisfy { $0 & accessMode == 0 }, "\(looker.flags)")
  }
}
