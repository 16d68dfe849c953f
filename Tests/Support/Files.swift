import Foundation
import SystemPackage

/// Where the project is.
let projectRoot = FilePath(#filePath)
  .removingLastComponent().removingLastComponent().removingLastComponent()

func readLink(_ path: String) -> String? {
  try? FileManager.default.destinationOfSymbolicLink(atPath: path)
}

func readFile(_ path: FilePath) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path.string)))
}

func writeFile(_ path: FilePath, _ bytes: [UInt8]) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path.string))
}

/// A directory of its own, gone when the value is.
final class ScratchDirectory: Sendable {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "ext2walk-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path.string)
  }
}
