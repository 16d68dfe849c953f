import Basics
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Which file or device holds a file system, and where in it the file system begins.
package struct ImageLocation: Equatable, Sendable {
  /// The path's bytes: a path need not be text.
  package let path: [UInt8]
  /// Where the file system begins, in bytes.
  package let offset: BytePosition

  /// Reads `IMAGE` or libext2fs' `IMAGE?offset=BYTES`; nil if both that and `offset` are given.
  ///
  /// A path that merely contains a question mark is a path: only a number of bytes after the last `?offset=` make an offset,
  /// and only where no file has that very name.
  package init?(argument: [UInt8], offset: BytePosition?) {
    let marker = Array("?offset=".utf8)
    let start = argument.indices.last { argument[$0...].starts(with: marker) }
    if let start,
      let value = UInt64(byteCount: String(decoding: argument[(start + marker.count)...], as: UTF8.self)),
      !FilePath(bytes: argument).leadsSomewhere
    {
      guard offset == nil else { return nil }
      path = Array(argument[..<start])
      self.offset = BytePosition(value)
    } else {
      path = argument
      self.offset = offset ?? 0
    }
  }

  private init(path: [UInt8], offset: BytePosition) {
    self.path = path
    self.offset = offset
  }

  package var filePath: FilePath { FilePath(bytes: path) }

  /// How it is typed, before a shell comes to it.
  package var argument: [UInt8] { offset > 0 ? path + Array("?offset=\(offset)".utf8) : path }

  /// Opens the file or device, as far as it goes from the offset on.
  package func open() throws(VolumeError) -> any ByteSource {
    let file = try FileSource(path: filePath)
    return offset == 0 ? file : try PartSource(of: file, from: offset)
  }

  /// The place in the same file of what is at `position` here.
  package func moved(to position: BytePosition) -> ImageLocation {
    ImageLocation(path: path, offset: position.inWhole(from: offset))
  }
}

extension UInt64 {
  /// A number of bytes as people type it: `32256`, `63K`, `1M`, `2G`, `1T`. Up to 2^63 - 1.
  package init?(byteCount text: String) {
    let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    let unit = text.last.flatMap { units[Character($0.uppercased())] }
    guard let number = UInt64(unit == nil ? text : String(text.dropLast())) else { return nil }
    let (value, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !overflow, value <= UInt64(Int64.max) else { return nil }
    self = value
  }
}

extension FilePath {
  fileprivate var leadsSomewhere: Bool {
    unsafe withPlatformString { unsafe access($0, F_OK) == 0 }
  }

  /// A path of these bytes.
  package init(bytes: [UInt8]) {
    unsafe self.init(platformString: bytes.map { CChar(truncatingIfNeeded: $0) } + [0])
  }
}
