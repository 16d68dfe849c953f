import ExtVolume
import FolioCore
import TextOutput

/// Writes a listing: pieces in order, and what stands before, between and after them.
final class ListingOutput: WalkTaker {
  private let options: ListingOptions
  private let isJSONArray: Bool
  private var buffer = ByteBuffer()
  private var isFirstPiece = true
  private var isEmpty = true
  private let diagnostics: Diagnostics
  private var progress: WalkProgress

  init(options: ListingOptions, isJSONArray: Bool, diagnostics: Diagnostics, progress: consuming WalkProgress)
  {
    self.options = options
    self.isJSONArray = isJSONArray
    self.diagnostics = diagnostics
    self.progress = progress
  }

  // MARK: WalkTaker

  func begin() throws(OutputError) {
    if options.hasHeadings, !isFirstPiece { buffer.append(UInt8(ascii: "\n")) }
    isFirstPiece = false
  }

  func take(_ output: RawSpan) throws(OutputError) {
    guard output.byteCount > 0 else { return }
    var output = output
    if isEmpty, isJSONArray {
      // The first object has no other before it: "[" takes the place of ",\n".
      buffer.append(UInt8(ascii: "["))
      output = output.extracting(droppingFirst: 2)
    }
    isEmpty = false
    // What is much by itself is not copied.
    guard output.byteCount < StandardOutput.pieceByteCount else {
      try StandardOutput.flush(&buffer)
      return try StandardOutput.write(output)
    }
    buffer.append(output)
    try StandardOutput.flushIfLarge(&buffer)
  }

  func isReadingAhead(part: Double) {
    progress.isReadingAhead(part: part)
  }

  func end(_ directory: FoundDirectory, _ findings: WalkFindings, secondNames: [FoundDirectory]) {
    progress.add(entryCount: findings.entryCount)
    guard !findings.messages.isEmpty || !secondNames.isEmpty else { return }
    progress.clear()
    for message in findings.messages { diagnostics.damage(message) }
    for second in secondNames {
      diagnostics.damage(
        directory.damage(secondName: second).description(directory: directory.inode, path: directory.path))
    }
  }

  // MARK: By itself

  /// Takes messages about what is in no directory.
  func take(messages: [String]) {
    for message in messages { diagnostics.damage(message) }
  }

  /// Ends the output.
  func end() throws(OutputError) {
    progress.clear()
    if isJSONArray { buffer.append(isEmpty ? "[]\n" : "]\n") }
    try StandardOutput.flush(&buffer)
  }
}
