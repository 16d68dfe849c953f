import Benchmark
import FolioCore

// Map a folio, read all of its records, unmap it: each way, for folios of 4, 16 and 64 KiB, whose frames are neighbours
// or apart. The folio is filled before, so what is measured is mapping and reading, not the disk.

/// A block full of records with names of 20 bytes.
struct FullBlock: PageSource {
  let bytes: [UInt8]

  init(byteCount: Int) {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let length = 28
    for offset in stride(from: 0, to: byteCount, by: length) where byteCount - offset >= 12 {
      let isLast = byteCount - offset < 2 * length
      let whole = isLast ? byteCount - offset : length
      bytes[offset] = 11
      bytes[offset + 4] = UInt8(whole & 0xFF)
      bytes[offset + 5] = UInt8(whole >> 8)
      bytes[offset + 6] = 20
      for place in 8..<28 where offset + place < byteCount { bytes[offset + place] = UInt8(ascii: "n") }
      if isLast { break }
    }
    self.bytes = bytes
  }

  mutating func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) {
    for index in 0..<page.byteCount {
      page.storeBytes(of: bytes[offset + index], toByteOffset: index, as: UInt8.self)
    }
  }
}

/// Reads on from `offset`; returns what is needed next, nil at the block's end.
func readRecords(
  _ view: RawSpan, startingAt start: Int, format: RecordFormat, from offset: inout Int, count: inout Int
) -> Range<Int>? {
  var cursor = RecordCursor(view, startingAt: start, format: format, at: offset)
  while true {
    switch cursor.next() {
    case .record: count += 1
    case .needsBytes(let needed):
      offset = cursor.offset
      return offset..<needed
    case .damage, .end: return nil
    }
  }
}

func mapAndRead(_ folio: borrowing Folio, by way: MappingWay, _ mapper: FolioMapper) throws -> Int {
  let format = RecordFormat(blockSize: folio.byteCount, inodeCount: 100)
  var offset = 0
  var count = 0
  if way == .pagePair {
    var pair = try PagePairMapping(folio, by: mapper)
    var needed: Range<Int>? = 0..<8
    while let range = needed {
      try pair.show(range)
      needed = readRecords(pair.bytes, startingAt: pair.start, format: format, from: &offset, count: &count)
    }
    pair.unmap()
  } else {
    try mapper.withMapping(of: folio, by: way) { mapping in
      _ = readRecords(mapping.bytes, startingAt: 0, format: format, from: &offset, count: &count)
    }
  }
  return count
}

let benchmarks: @Sendable () -> Void = {
  for kibibytes in [4, 16, 64] {
    for (memory, order, name) in [
      (MemoryModel.direct, FrameOrder.inOrder, "low"), (.high, .inOrder, "high"),
      (.high, .scattered(seed: 1), "scattered"),
    ] {
      for way in MappingWay.allCases {
        let pages = PageSize.host.pageCount(for: kibibytes << 10)
        // What a way can't serve for is not measured.
        if way == .direct, memory == .high { continue }
        if way == .kmapLocal, pages > 1 { continue }
        if way == .kmapLocalRange, memory == .high, pages > 15 { continue }
        Benchmark(
          "\(kibibytes) KiB, \(name), \(way.rawValue)",
          configuration: .init(
            metrics: [.wallClock], timeUnits: .nanoseconds, scalingFactor: .kilo,
            maxDuration: .milliseconds(1200))
        ) { benchmark in
          let arena = try PageArena(frameCount: 4 * pages + 4, memory: memory, frameOrder: order)
          let mapper = FolioMapper(arena)
          var folio = try Folio(byteCount: kibibytes << 10, in: arena)
          var source = FullBlock(byteCount: kibibytes << 10)
          folio.fill(through: kibibytes << 10, from: &source)
          benchmark.startMeasurement()
          for _ in benchmark.scaledIterations { blackHole(try mapAndRead(folio, by: way, mapper)) }
          benchmark.stopMeasurement()
        }
      }
    }
  }
}
