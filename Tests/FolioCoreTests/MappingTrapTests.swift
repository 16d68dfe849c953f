import FolioCore
import Foundation
import SystemPackage
import Testing

/// What must not be done, and what happens then.
@Suite struct MappingTrapTests {
  @Test func undoingOutOfOrderTrapsAndNamesBothSlots() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = try PageArena(frameCount: 4, memory: .high)
      let mapper = FolioMapper(arena)
      let folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
      let first = try mapper.map(folio)
      let second = try mapper.map(folio)
      mapper.unmap(first)
      mapper.unmap(second)
    }
    let words = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(words.contains("kmap_local: slot 0 is undone while slot 1 is the last that was taken"))
  }

  @Test func theSixteenthSlotTraps() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = try PageArena(frameCount: 4, memory: .high)
      let mapper = FolioMapper(arena)
      let folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
      func nest(_ depth: Int) throws {
        let mapping = try mapper.map(folio)
        FileDescriptor.standardError.writeNumber(depth)
        try nest(depth + 1)
        mapper.unmap(mapping)
      }
      try nest(1)
    }
    let words = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(words.contains("\n15\n"))
    #expect(!words.contains("\n16\n"))
    #expect(words.contains("kmap_local: 16 slots at once, and there are 15"))
  }

  @Test func droppingAMappingTraps() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = try PageArena(frameCount: 1)
      let mapper = FolioMapper(arena)
      let folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
      _ = try mapper.map(folio)
    }
    #expect(
      String(decoding: result.standardErrorContent, as: UTF8.self).contains("dropped without being undone"))
  }

  @Test func undoingByAnotherMapperTraps() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = try PageArena(frameCount: 4, memory: .high)
      let (mapper, other) = (FolioMapper(arena), FolioMapper(arena))
      let folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
      let mapping = try mapper.map(folio)
      other.unmap(mapping)
    }
    #expect(
      String(decoding: result.standardErrorContent, as: UTF8.self).contains("a mapper that didn't make it"))
  }

  @Test func clearingAMappedFolioTraps() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = try PageArena(frameCount: 4)
      let mapper = FolioMapper(arena)
      var folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
      let mapping = try mapper.map(folio)
      folio.clear()
      mapper.unmap(mapping)
    }
    #expect(
      String(decoding: result.standardErrorContent, as: UTF8.self).contains("cleared while it is mapped"))
  }

  /// The page after a vmap mapping is a guard: reading it is a fault, not the next mapping's bytes.
  @Test func readingTheGuardPageFaults() async {
    await #expect(processExitsWith: .signal(SIGSEGV)) {
      let arena = try PageArena(frameCount: 16, memory: .high)
      let mapper = FolioMapper(arena)
      let folio = try Folio(byteCount: 4 * PageSize.host.byteCount, in: arena)
      let byte = try mapper.withMapping(of: folio, by: .vmap) { first in
        // The next mapping stands right after the guard page.
        try mapper.withMapping(of: folio, by: .vmap) { _ in
          unsafe first.bytes.withUnsafeBytes {
            unsafe ($0.baseAddress.unsafelyUnwrapped + $0.count).load(as: UInt8.self)
          }
        }
      }
      FileDescriptor.standardError.writeNumber(Int(byte))
    }
  }

  /// After unmapping the address is dead at once, though it waits to be given out again.
  @Test func readingAnAddressUnmappedByVmapFaults() async {
    await #expect(processExitsWith: .signal(SIGSEGV)) { try readUnmapped(by: .vmap) }
  }

  @Test func readingAnAddressUnmappedByKmapLocalFaults() async {
    await #expect(processExitsWith: .signal(SIGSEGV)) { try readUnmapped(by: .kmapLocal) }
  }

  /// A program that looks at a span whose mapping is undone, and the same one that looks in time.
  @Test(arguments: [true, false])
  func bytesThatOutliveTheirMappingDoNotCompile(outlives: Bool) throws {
    let lines =
      outlives
      ? ["let bytes = mapping.bytes", "mapper.unmap(mapping)", "return bytes.byteCount"]
      : ["let count = mapping.bytes.byteCount", "mapper.unmap(mapping)", "return count"]
    let program = """
      import FolioCore

      func read(_ mapping: consuming FolioMapping, by mapper: FolioMapper) -> Int {
        \(lines.joined(separator: "\n  "))
      }
      """
    let directory = FileManager.default.temporaryDirectory.appending(path: "ext2walk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appending(path: "outlives.swift")
    try program.write(to: file, atomically: true, encoding: .utf8)

    let build = URL(
      fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    )
    .deletingLastPathComponent()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      // Lifetimes are checked on the compiler's intermediate form, past type checking.
      "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-I",
      build.appending(path: "Modules").path,
    ]
    // What was built stands in SCRATCH/TRIPLE/CONFIGURATION, and the packages' sources in SCRATCH/checkouts.
    let checkouts = build.deletingLastPathComponent().deletingLastPathComponent().appending(path: "checkouts")
    for folder in [
      root.appending(path: "Sources/CSupport/include"),
      checkouts.appending(path: "swift-system/Sources/CSystem/include"),
    ] {
      compiler.arguments? += ["-Xcc", "-fmodule-map-file=\(folder.path)/module.modulemap"]
    }
    compiler.arguments?.append(file.path)
    let errors = Pipe()
    compiler.standardError = errors
    try compiler.run()
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    compiler.waitUntilExit()
    if outlives {
      #expect(compiler.terminationStatus != 0)
      #expect(words.contains("error: overlapping accesses to 'mapping'"), "\(words)")
    } else {
      #expect(compiler.terminationStatus == 0, "\(words)")
    }
  }
}

/// Maps a folio by `way`, unmaps it and reads where it was.
private func readUnmapped(by way: MappingWay) throws {
  let arena = try PageArena(frameCount: 16, memory: .high)
  let mapper = FolioMapper(arena)
  let folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
  let address = try mapper.withMapping(of: folio, by: way) { mapping in
    unsafe mapping.bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }
  let byte = unsafe UnsafeRawPointer(bitPattern: address).unsafelyUnwrapped.load(as: UInt8.self)
  FileDescriptor.standardError.writeNumber(Int(byte))
}

extension FileDescriptor {
  /// Leaves a trace that survives a crash.
  fileprivate func writeNumber(_ number: Int) {
    _ = try? writeAll("\n\(number)\n".utf8)
  }
}

/// 200,000 mappings by each way leave nothing behind, in a process of their own. What that process is asked for stands in
/// its closure, which captures nothing: a test for each way.
@Suite(.serialized) struct MappingLeakTests {
  @Test func direct() async {
    await #expect(processExitsWith: .success) { try mapAndUnmap(by: .direct) }
  }

  @Test func kmapLocal() async {
    await #expect(processExitsWith: .success) { try mapAndUnmap(by: .kmapLocal) }
  }

  @Test func vmap() async {
    await #expect(processExitsWith: .success) { try mapAndUnmap(by: .vmap) }
  }

  @Test func kmapLocalRange() async {
    await #expect(processExitsWith: .success) { try mapAndUnmap(by: .kmapLocalRange) }
  }

  @Test func kmapThenVmap() async {
    await #expect(processExitsWith: .success) { try mapAndUnmap(by: .kmapThenVmap) }
  }

  @Test func pagePair() async {
    await #expect(processExitsWith: .success) { try mapAndUnmap(by: .pagePair) }
  }

  @Test func noWayIsLeftOut() {
    #expect(
      MappingWay.allCases == [.direct, .kmapLocal, .vmap, .kmapLocalRange, .kmapThenVmap, .pagePair])
  }
}

/// Maps by `way` and unmaps 200,000 times, and looks at what the process has then.
private func mapAndUnmap(by way: MappingWay) throws {
  let isDirect = way == .direct
  let arena = try PageArena(
    frameCount: 64, memory: isDirect ? .direct : .high,
    frameOrder: isDirect ? .inOrder : .scattered(seed: 1))
  let mapper = FolioMapper(arena)
  let folio = try filledFolio(
    distinctBytes((way == .kmapLocal ? 1 : 2) * PageSize.host.byteCount), mapper)
  let large = try Folio(byteCount: 16 * PageSize.host.byteCount, in: arena)
  // With 14 slots taken, kmap_then_vmap falls back.
  let taken = try Folio(byteCount: 8 * PageSize.host.byteCount, in: arena)
  let isFallback = way == .kmapThenVmap
  let first = try isFallback ? mapper.map(taken, by: .kmapLocalRange) : nil
  let rest = try Folio(byteCount: 4 * PageSize.host.byteCount, in: arena)
  let second = try isFallback ? mapper.map(rest, by: .kmapLocalRange) : nil
  let last = try isFallback ? mapper.map(folio, by: .kmapLocalRange) : nil
  let freeSlotCount = mapper.freeSlotCount

  func mapOnce() throws {
    if way == .pagePair {
      var pair = try PagePairMapping(folio, by: mapper)
      try pair.show(PageSize.host.byteCount - 4..<PageSize.host.byteCount + 4)
      pair.unmap()
    } else {
      mapper.unmap(try mapper.map(folio, by: way))
    }
    if way == .kmapLocalRange {
      do throws(MappingRefusal) {
        mapper.unmap(try mapper.map(large, by: way))
        Issue.record("16 slots of 15")
      } catch {}
    }
  }
  for _ in 0..<50_000 { try mapOnce() }
  let before = try ProcessState()
  for _ in 0..<200_000 { try mapOnce() }
  let after = try ProcessState()
  #expect(after.maps <= before.maps + 2)
  #expect(after.descriptors == before.descriptors)
  #expect(after.anonymousKiB < before.anonymousKiB + 1024)
  #expect(mapper.freeSlotCount == freeSlotCount)
  if let last { mapper.unmap(last) }
  if let second { mapper.unmap(second) }
  if let first { mapper.unmap(first) }
}

private struct ProcessState {
  let maps: Int
  let descriptors: Int
  /// Memory of its own: not that of files, which the system maps and takes back as it likes.
  let anonymousKiB: Int

  init() throws {
    maps = try ProcessMap.all().count
    descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    let (resident, shared) = (try #require(Int(fields[1])), try #require(Int(fields[2])))
    anonymousKiB = (resident - shared) * PageSize.host.byteCount / 1024
  }
}
