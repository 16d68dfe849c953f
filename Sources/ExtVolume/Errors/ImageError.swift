/// An error that ends the work on an image. It describes itself: what was being done, and why that failed. What would help is
/// a value of its own, where something would: an ``Advice``, or what its library has in the place of one.
package protocol ImageError: Error, CustomStringConvertible {}
