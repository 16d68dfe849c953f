/// Two programs that do the same, or one on two images, and how they should compare.
struct Comparison {
  let name: String
  let image: String
  let ours: Program
  let theirs: Program
  /// What ours may take at the most, in times of theirs; nil where that is only to be seen.
  let wantedRatio: Double?
  /// What ours may take of processors at the most, in times of theirs.
  var wantedProcessorRatio: Double?
  /// What ours may hold in memory at the most, in MiB.
  var wantedPeak: Int?
  /// Whether the image is taken out of the page cache before each run.
  var isCold = false
  /// Whether a second ratio is measured, with the output going into a pipe.
  var hasPipe = false
  var rounds = 9

  /// Medians of both sides, run in turn.
  func measure() -> Result {
    var pairs: [(ours: Run, theirs: Run)] = []
    var pipes: [(ours: Run, theirs: Run)] = []
    if !isCold { _ = (ours.run(.null), theirs.run(.null)) }
    for _ in 0..<rounds {
      if isCold { evict(image) }
      let first = ours.run(.null)
      if isCold { evict(image) }
      pairs.append((first, theirs.run(.null)))
      if hasPipe { pipes.append((ours.run(.pipe), theirs.run(.pipe))) }
    }
    return Result(
      comparison: self, ours: median(pairs.map(\.ours.milliseconds)),
      theirs: median(pairs.map(\.theirs.milliseconds)),
      processorRatio: median(pairs.map(\.ours.processorMilliseconds))
        / median(pairs.map(\.theirs.processorMilliseconds)),
      pipeRatio: hasPipe
        ? median(pipes.map(\.ours.milliseconds)) / median(pipes.map(\.theirs.milliseconds)) : nil,
      peak: pairs.map(\.ours.peakByteCount).max() ?? 0, status: pairs[0].ours.status)
  }
}

/// What came of a comparison. Times are milliseconds.
struct Result {
  let comparison: Comparison
  let ours, theirs: Double
  let processorRatio: Double
  let pipeRatio: Double?
  /// Bytes.
  let peak: Int
  let status: Int32

  var ratio: Double { ours / theirs }

  var isMet: Bool {
    let isFast = comparison.wantedRatio.map { ratio <= $0 } ?? true
    let isFrugal = comparison.wantedProcessorRatio.map { processorRatio <= $0 } ?? true
    let isSmall = comparison.wantedPeak.map { peak <= $0 << 20 } ?? true
    return isFast && isFrugal && isSmall && status == 0
  }

  var row: [String] {
    [
      comparison.name, fixed(ours, 1), fixed(theirs, 1), fixed(ratio, 2),
      pipeRatio.map { fixed($0, 2) } ?? "",
      comparison.wantedRatio.map { fixed($0, 2) } ?? "", fixed(processorRatio, 2),
      comparison.wantedProcessorRatio.map { fixed($0, 2) } ?? "", fixed(Double(peak) / 1_048_576, 1),
      comparison.wantedPeak.map(String.init) ?? "", isMet ? "" : "missed",
    ]
  }

  static let header = [
    "what", "ours ms", "theirs ms", "ratio", "into a pipe", "wanted", "processor", "wanted", "peak MiB",
    "wanted", "",
  ]

  var json: String {
    """
    {"what":"\(comparison.name)","oursMilliseconds":\(fixed(ours, 3)),"theirsMilliseconds":\(fixed(theirs, 3)),\
    "ratio":\(fixed(ratio, 4)),"pipeRatio":\(pipeRatio.map { fixed($0, 4) } ?? "null"),\
    "wantedRatio":\(comparison.wantedRatio.map { fixed($0, 2) } ?? "null"),\
    "processorRatio":\(fixed(processorRatio, 4)),\
    "wantedProcessorRatio":\(comparison.wantedProcessorRatio.map { fixed($0, 2) } ?? "null"),"peakBytes":\(peak),\
    "wantedPeakMiB":\(comparison.wantedPeak.map(String.init) ?? "null"),"met":\(isMet)}
    """
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
}

func fixed(_ value: Double, _ digits: Int) -> String {
  var scale = 1
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((value * Double(scale)).rounded())
  let rest = String(scaled % scale)
  return digits == 0
    ? "\(scaled)" : "\(scaled / scale)." + String(repeating: "0", count: digits - rest.count) + rest
}
