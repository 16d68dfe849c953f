import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// The kinds of sources, without a file system.
@Suite struct ByteSourceTests {
  private static let bytes = (0..<10000).map { UInt8(truncatingIfNeeded: $0 * 7 / 3) }

  /// All kinds answer with the same bytes at every position, and with an error beyond the last.
  @Test func everyKindReadsTheSame() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path.appending("bytes")
    try writeFile(path, Self.bytes)
    let sources: [(source: any ByteSource, start: Int)] = [
      (MemorySource(Self.bytes), 0), (try FileSource(path: path), 0),
      (try PartSource(of: MemorySource(Self.bytes), from: 1234), 1234),
      (try PartSource(of: FileSource(path: path), from: 1234), 1234),
      (try PartSource(of: PartSource(of: FileSource(path: path), from: 1000), from: 234), 1234),
    ]
    for (source, start) in sources {
      let expected = Array(Self.bytes[start...])
      #expect(source.byteCount == UInt64(expected.count))
      #expect(source.positionOnDevice(of: 10) == UInt64(start + 10))
      for range in [0..<1, 0..<expected.count, 4095..<4097, expected.count - 3..<expected.count, 17..<17] {
        #expect(try source.bytes(range.count, at: UInt64(range.lowerBound)) == Array(expected[range]))
      }
      for (position, count) in [(expected.count - 3, 4), (expected.count, 1), (expected.count + 9, 1)] {
        let error = #expect(throws: ReadError.self) { try source.bytes(count, at: UInt64(position)) }
        guard case .pastEnd(let end, let byteCount) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(end == UInt64(max(position, expected.count)) && byteCount == UInt64(expected.count))
      }
      #expect(throws: ReadError.self) { try source.bytes(2, at: .max) }
    }
  }

  /// A part begins in the source: the message counts from the start of the file.
  @Test func aPartThatBeginsAfterTheEndIsRefused() throws {
    let whole = try PartSource(of: MemorySource(Self.bytes), from: 1000)
    for start: UInt64 in [9000, 9001, .max - 1] {
      let error = #expect(throws: VolumeError.self) { try PartSource(of: whole, from: start) }
      #expect(
        error?.reason.hasSuffix("is after its end at byte 10000") == true, "\(String(describing: error))")
    }
    let error = #expect(throws: VolumeError.self) { try PartSource(of: whole, from: 9000) }
    #expect(error?.reason == "offset 10000 is after its end at byte 10000")
  }

  /// The holes of a sparse file are told from data, in the whole and in a part.
  @Test func holesAreSkipped() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path.appending("sparse")
    let file = try FileDescriptor.open(
      path, .readWrite, options: [.create, .truncate], permissions: [.ownerReadWrite])
    try file.closeAfter {
      for position: Int64 in [1 << 20, 3 << 20] {
        _ = try file.writeAll(toAbsoluteOffset: position, [UInt8](repeating: 1, count: 4096))
      }
      try file.resize(to: 4 << 20)
    }
    let source = try FileSource(path: path)
    let part = try PartSource(of: source, from: 1 << 19)
    // Plain lists: Swift 6.2.3 can't lower a comparison of optionals in a macro here.
    let ofSource = [0, 1 << 20 + 5, 2 << 20, 7 << 19].map { source.nextData(from: $0) }
    let ofPart = [0, 2 << 20, 3 << 20].map { part.nextData(from: $0) }
    let expectedOfSource: [UInt64?] = [1 << 20, 1 << 20 + 5, 3 << 20, nil]
    let expectedOfPart: [UInt64?] = [1 << 19, 5 << 19, nil]
    #expect(ofSource == expectedOfSource)
    #expect(ofPart == expectedOfPart)
    #expect(source.dataEnd(from: 1 << 20) == 1 << 20 + 4096 && part.dataEnd(from: 1 << 19) == 1 << 19 + 4096)
    #expect(source.hasData(8192) && !source.hasData(8193) && part.hasData(8192) && !part.hasData(8193))
    #expect(MemorySource(Self.bytes).hasData(10000) && !MemorySource(Self.bytes).hasData(10001))
  }
}
