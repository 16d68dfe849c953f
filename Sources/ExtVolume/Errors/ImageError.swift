/// An error that ends the work on an image. It describes itself in a sentence: what was being done, and why that failed.
package protocol ImageError: Error, CustomStringConvertible {
  /// What would help, where something would and the sentence doesn't say it.
  var advice: Advice? { get }
}

extension ImageError {
  package var advice: Advice? { nil }
}
