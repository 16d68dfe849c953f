import Basics
import Glibc
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
      _ = try source.bytes(1, at: 17)
      #expect(source.isInMemory(at: 17))
      let expected = Array(Self.bytes[start...])
      #expect(source.byteCount == UInt64(expected.count))
      #expect(source.positionOnDevice(of: 10) == BytePosition(start + 10))
      for range in [0..<1, 0..<expected.count, 4095..<4097, expected.count - 3..<expected.count, 17..<17] {
        #expect(try source.bytes(range.count, at: BytePosition(range.lowerBound)) == Array(expected[range]))
      }
      for (position, count) in [(expected.count - 3, 4), (expected.count, 1), (expected.count + 9, 1)] {
        let error = #expect(throws: ReadError.self) { try source.bytes(count, at: BytePosition(position)) }
        guard case .pastEnd(let end, let byteCount) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(end == BytePosition(max(position, expected.count)) && byteCount == UInt64(expected.count))
      }
      #expect(throws: ReadError.self) { try source.bytes(2, at: .max) }
    }
  }

  /// A position in a part and the one of the same byte in the whole.
  @Test func positionsGoFromPartToWholeAndBack() throws {
    let start: BytePosition = 1234
    #expect(BytePosition(0).inWhole(from: start) == start && start.inPart(from: start) == 0)
    #expect(BytePosition(66).inWhole(from: start) == 1300 && BytePosition(1300).inPart(from: start) == 66)
    let whole = MemorySource(Self.bytes)
    let part = try PartSource(of: whole, from: start)
    #expect(part.end == 8766 && part.end.inWhole(from: start) == whole.end)
    #expect(try part.bytes(5, at: 66) == whole.bytes(5, at: BytePosition(66).inWhole(from: start)))
    #expect("\(start)" == "1234")
  }

  /// A part begins in the source: the message counts from the start of the file.
  @Test func aPartThatBeginsAfterTheEndIsRefused() throws {
    let whole = try PartSource(of: MemorySource(Self.bytes), from: 1000)
    for start: BytePosition in [9000, 9001, .max.advanced(by: -1)] {
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
    let part = try PartSource(of: source, from: BytePosition(1 << 19))
    // Plain lists: Swift 6.2.3 can't lower a comparison of optionals in a macro here.
    let ofSource = [0, 1 << 20 + 5, 2 << 20, 7 << 19].map {
      source.nextData(from: BytePosition($0))?.rawValue
    }
    let ofPart = [0, 2 << 20, 3 << 20].map { part.nextData(from: BytePosition($0))?.rawValue }
    let expectedOfSource: [UInt64?] = [1 << 20, 1 << 20 + 5, 3 << 20, nil]
    let expectedOfPart: [UInt64?] = [1 << 19, 5 << 19, nil]
    #expect(ofSource == expectedOfSource)
    #expect(ofPart == expectedOfPart)
    let (data, dataInPart) = (BytePosition(1 << 20), BytePosition(1 << 19))
    #expect(source.dataEnd(from: data) == data + 4096 && part.dataEnd(from: dataInPart) == dataInPart + 4096)
    #expect(source.hasData(8192) && !source.hasData(8193) && part.hasData(8192) && !part.hasData(8193))
    #expect(MemorySource(Self.bytes).hasData(10000) && !MemorySource(Self.bytes).hasData(10001))
  }

  /// Asking whether a page is in memory reads nothing: else the answer would be another one the second time.
  @Test func askingWhatIsInMemoryReadsNothing() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path.appending("bytes")
    try writeFile(path, [UInt8](repeating: 1, count: 64 << 20))
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    try #require(fsync(file.rawValue) == 0)
    try #require(posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
    let source = try FileSource(path: path)
    let position = BytePosition(40 << 20)
    #expect(!source.isInMemory(at: position))
    #expect(!source.isInMemory(at: position))
    #expect(try source.bytes(1, at: position) == [1])
    #expect(source.isInMemory(at: position))
    source.willNeed(0..<BytePosition(1 << 20))
    #expect(try source.bytes(1, at: BytePosition(1 << 20).advanced(by: -1)) == [1])
    #expect(source.isInMemory(at: 0) && source.isInMemory(at: BytePosition(1 << 19)))
  }
}
