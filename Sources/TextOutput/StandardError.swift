import SystemPackage

/// Standard error, for messages and progress.
package enum StandardError {
  /// Writes to it; if it is closed there is nobody left to tell.
  package static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}
