import ArgumentParser
import CSupport
import SystemPackage

@testable import Ext2Walk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file in memory, changed and put back for each input.
struct Scratch: Sendable {
  let descriptor: FileDescriptor
  private let original: [UInt8]

  static let diskByteCount = 1 << 20
  static let disk = Scratch([UInt8](repeating: 0, count: diskByteCount))

  init(_ bytes: [UInt8]) {
    original = bytes
    descriptor = unsafe FileDescriptor(rawValue: memfd_create("fuzz", 0))
    write(bytes, at: 0)
  }

  var path: String { "/proc/self/fd/\(descriptor.rawValue)" }
  var bytes: [UInt8] { original }

  func write(_ bytes: [UInt8], at position: Int) {
    do { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(position), bytes) } catch {
      fatalError("\(error)")
    }
  }

  /// Makes it all zeroes, as it began.
  func clear() {
    _ = ftruncate(descriptor.rawValue, 0)
    _ = ftruncate(descriptor.rawValue, off_t(original.count))
  }

  func restore(_ range: Range<Int>) {
    write(Array(original[range]), at: range.lowerBound)
  }
}

/// Runs the command itself, as it would be typed.
func run(_ arguments: [String], _ image: Scratch) {
  do {
    var command = try Ext2Walk.parseAsRoot(arguments + [image.path])
    try command.run()
  } catch {
    let status = Ext2Walk.exitCode(for: error).rawValue
    expect([1, 2].contains(status), "status \(status) of \(arguments): \(error)")
  }
}
