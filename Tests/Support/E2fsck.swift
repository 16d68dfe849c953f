import Foundation

/// What `e2fsck -fn` says of an image.
struct E2fsck {
  let output: String
  let isClean: Bool

  static func check(_ image: String) async throws -> E2fsck {
    let finished = try await Command.run("e2fsck", ["-fn", image])
    return E2fsck(output: finished.text, isClean: finished.status == 0)
  }

  /// What it says, without the names of its passes.
  var complaints: [Substring] {
    output.split(separator: "\n").filter { !$0.hasPrefix("Pass ") && !$0.hasPrefix("/") }
  }

  /// Whether it says anything in passes 2 and 3, or of inodes that no entry names.
  var complainsAboutDirectories: Bool {
    if output.contains("Unattached") { return true }
    guard let start = output.range(of: "Pass 2: ") else { return false }
    let end = output.range(of: "Pass 4: ")?.lowerBound ?? output.endIndex
    let lines = output[start.lowerBound..<end].split(separator: "\n")
    return lines.contains { !$0.hasPrefix("Pass ") }
  }
}
