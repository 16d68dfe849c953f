package import SystemPackage

/// What the kernel tells in files of /proc and /sys, which have no size of their own.
package enum ProcFile {
  /// All of a file; nothing where there is none, or none that can be read.
  package static func contents(of path: FilePath) -> String {
    // What can't be read is as good as absent: callers say what they don't know of the running kernel.
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return "" }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while let count = unsafe try? piece.withUnsafeMutableBytes({ unsafe try file.read(into: $0) }), count > 0
    {
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
