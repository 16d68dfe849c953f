import FolioCore
import Foundation
import SystemPackage

/// A block made up in memory, as a source of pages.
struct ArraySource: PageSource {
  let bytes: [UInt8]

  mutating func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) {
    for index in 0..<page.byteCount {
      page.storeBytes(of: bytes[offset + index], toByteOffset: index, as: UInt8.self)
    }
  }
}

/// An arrangement of memory that ways of mapping are tried in.
struct Arrangement: CustomStringConvertible, Sendable {
  let memory: MemoryModel
  let order: FrameOrder
  let pageSize: PageSize
  let blockSize: Int

  var description: String { "\(memory) \(order) pages of \(pageSize.byteCount), block of \(blockSize)" }

  /// Low memory, high memory, and high memory with frames apart; the host's page size, and larger ones.
  static let all: [Arrangement] = [1024, 4096, 16384, 65536].flatMap { blockSize in
    [PageSize.host.byteCount, 16384, 65536].compactMap(PageSize.init(byteCount:)).flatMap { pageSize in
      [(MemoryModel.direct, FrameOrder.inOrder), (.high, .inOrder), (.high, .scattered(seed: 7))].map {
        Arrangement(memory: $0.0, order: $0.1, pageSize: pageSize, blockSize: blockSize)
      }
    }
  }

  func mapper() throws -> FolioMapper {
    let arena = try PageArena(frameCount: 64, pageSize: pageSize, memory: memory, frameOrder: order)
    return FolioMapper(arena)
  }

  /// Why `way` can't serve here; nil where it must.
  func refusal(of way: MappingWay) -> MappingRefusal.Reason? {
    let pages = pageSize.pageCount(for: blockSize)
    switch way {
    case .direct: return memory == .high ? .noPermanentAddress : nil
    case .kmapLocal: return pages > 1 ? .severalPages(pages) : nil
    case .kmapLocalRange: return memory == .high && pages > 15 ? .slotsTaken(needed: pages, free: 15) : nil
    case .vmap, .kmapThenVmap, .pagePair: return nil
    }
  }
}

/// A folio in `mapper`'s arena that holds `bytes`, all of them read.
func filledFolio(_ bytes: [UInt8], _ mapper: FolioMapper) throws -> Folio {
  var folio = try Folio(byteCount: bytes.count, in: mapper.arena)
  var source = ArraySource(bytes: bytes)
  folio.fill(through: bytes.count, from: &source)
  return folio
}

/// Different everywhere: no page looks like another.
func distinctBytes(_ count: Int) -> [UInt8] {
  var generator = SplitMix(state: UInt64(count))
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

/// A line of /proc/self/maps.
struct ProcessMap {
  let addresses: Range<UInt>
  /// Where in its file it begins, in bytes.
  let fileOffset: Int
  let name: String

  /// The mappings of this process.
  static func all() throws -> [ProcessMap] {
    try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").map { line in
      let fields = line.split(separator: " ", maxSplits: 5)
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      return ProcessMap(
        addresses: ends[0]..<ends[1], fileOffset: Int(fields[2], radix: 16) ?? -1,
        name: fields.count > 5 ? String(fields[5]) : "")
    }
  }

  /// The mappings of an arena's memory at the addresses of `bytes`.
  static func ofArena(at bytes: RawSpan) throws -> [ProcessMap] {
    let start = unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    return try all().filter {
      $0.addresses.overlaps(start..<start + UInt(bytes.byteCount)) && $0.name.contains("page arena")
    }
  }
}
