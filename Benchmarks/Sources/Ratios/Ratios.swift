import Foundation

// Reads what `swift package benchmark --format jsonSmallerIsBetter` prints for MappingWays, and prints each way's time as a
// ratio to `direct` for the same folio, both measured in that one run.

struct Measurement: Decodable {
  let name: String
  let value: Double

  /// "64 KiB, high, vmap - Time (wall clock)" in its three parts.
  var parts: [String] {
    name.components(separatedBy: " - ")[0].components(separatedBy: ", ")
  }
}

@main
struct Ratios {
  static func main() throws {
    let input = FileHandle.standardInput.readDataToEndOfFile()
    // The plugin's own notes stand in front.
    guard let start = input.firstIndex(of: UInt8(ascii: "[")) else {
      FileHandle.standardError.write(Data("nothing was measured\n".utf8))
      exit(1)
    }
    let all = try JSONDecoder().decode([Measurement].self, from: input[start...])
    let ways = ["direct", "kmap_local", "vmap", "kmap_local_range", "kmap_then_vmap", "page_pair"]
    print("Map, read all records, unmap; times `direct` for the same folio. -: the way can't serve.\n")
    print("| folio | memory | " + ways.joined(separator: " | ") + " |")
    print("|---|---|" + ways.map { _ in "--:|" }.joined())
    for size in ["4 KiB", "16 KiB", "64 KiB"] {
      guard let direct = all.first(where: { $0.parts == [size, "low", "direct"] })?.value, direct > 0 else {
        continue
      }
      // One page can't be scattered.
      for memory in size == "4 KiB" ? ["low", "high"] : ["low", "high", "scattered"] {
        let cells = ways.map { way -> String in
          guard let value = all.first(where: { $0.parts == [size, memory, way] })?.value else { return "-" }
          return String(format: "%.1f", value / direct)
        }
        print(
          "| \(size) | \(memory == "scattered" ? "high, scattered" : memory) | "
            + cells.joined(separator: " | ") + " |")
      }
      print(
        "| \(size) | | \(String(format: "%.0f", direct)) ns |"
          + String(repeating: " |", count: ways.count - 1))
    }
  }
}
