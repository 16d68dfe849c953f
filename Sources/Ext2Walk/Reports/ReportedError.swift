import ExtVolume

/// An error that the command reports and that ends its work on one image.
protocol ReportedError: ImageError {
  /// What was being done, why that failed, and what to do about it.
  var sentence: String { get }
}
