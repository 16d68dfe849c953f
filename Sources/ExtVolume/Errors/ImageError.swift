/// An error that ends the work on an image, and describes itself in a sentence.
package protocol ImageError: Error, CustomStringConvertible {}
