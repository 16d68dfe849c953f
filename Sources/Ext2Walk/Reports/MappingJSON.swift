import Basics
import ExtVolume
import FolioCore
import TextOutput

/// Writes a line of the account as a JSON object. The fields are documented in README.md.
enum MappingJSON {
  /// - Parameters:
  ///   - readings: what other ways made of the folio; nil where none was tried.
  static func append(
    _ line: MappingLine, path: [UInt8], pageSize: PageSize, readings: [SurveyedReading]?,
    to output: inout ByteBuffer
  ) {
    var object = JSONObject()
    object.add("path", bytes: path.shownPath.raw, to: &output)
    object.add("directory", line.label.inode, to: &output)
    object.add("logicalBlock", line.label.logicalBlock, to: &output)
    object.add("physicalBlock", line.label.physicalBlock, to: &output)
    object.add("way", line.way.rawValue, to: &output)
    object.add("why", line.reason.description, to: &output)
    object.add("pageSize", pageSize.byteCount, to: &output)
    object.add("pages", line.frames.count, to: &output)
    object.add("pagesFilled", line.filledPageCount, to: &output)
    object.add("frames", line.frames, to: &output)
    object.add("contiguousRuns", line.runCount, to: &output)
    let (kind, range) = line.place.kindAndRange
    object.add("place", kind, to: &output)
    object.add("placeFirst", range.lowerBound, to: &output)
    object.add("placeCount", range.count, to: &output)
    object.add("records", line.tally.recordCount, to: &output)
    object.add("crossingRecords", line.tally.crossings, to: &output)
    object.add("mapCalls", line.cost.mapCalls, to: &output)
    object.add("unmapCalls", line.cost.unmapCalls, to: &output)
    object.add("mapNanoseconds", line.cost.mapNanoseconds, to: &output)
    object.add("unmapNanoseconds", line.cost.unmapNanoseconds, to: &output)
    if let readings {
      object.beginArray("ways", &output)
      for (index, reading) in readings.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        append(reading, comparedTo: readings, to: &output)
      }
      object.endArray(&output)
    }
    object.end(&output)
  }

  private static func append(
    _ reading: SurveyedReading, comparedTo readings: [SurveyedReading], to output: inout ByteBuffer
  ) {
    var object = JSONObject()
    object.add("way", reading.way.rawValue, to: &output)
    object.add("served", reading.line != nil, to: &output)
    object.add("refusal", reading.refusal?.description, to: &output)
    object.add("failure", reading.failure?.description, to: &output)
    object.add("sameRecords", reading.hasRecords(of: readings), to: &output)
    object.add("mapNanoseconds", reading.line?.cost.mapNanoseconds, to: &output)
    object.add("unmapNanoseconds", reading.line?.cost.unmapNanoseconds, to: &output)
    object.end(&output)
  }
}

extension SurveyedReading {
  /// Whether it found what the first of `readings` that served found; nil where it didn't serve.
  func hasRecords(of readings: [SurveyedReading]) -> Bool? {
    guard line != nil, let first = readings.first(where: { $0.line != nil }) else { return nil }
    return recordDigest == first.recordDigest
  }
}

extension MappedPlace {
  fileprivate var kindAndRange: (String, Range<Int>) {
    switch self {
    case .directMap(let frames): ("directMap", frames)
    case .slots(let slots): ("slots", slots)
    case .vmapArea(let pages): ("vmapArea", pages)
    }
  }
}
