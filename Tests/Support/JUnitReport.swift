import Foundation
import FoundationXML
import Testing

/// What `verify --format junit` writes, read by an XML parser.
final class JUnitReport: NSObject, XMLParserDelegate {
  struct Suite {
    let name: String
    let tests, failures, errors: Int
    var cases: [String] = []
    var failed: [String] = []
    var inError: [String] = []
    var text = ""
  }

  private(set) var suites: [Suite] = []

  /// Throws where it isn't well-formed.
  init(parsing output: [UInt8]) throws {
    super.init()
    let parser = XMLParser(data: Data(output))
    parser.delegate = self
    try #require(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "not well-formed")")
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    func number(_ name: String) -> Int { attributes[name].flatMap { Int($0) } ?? -1 }
    let last = suites.count - 1
    switch element {
    case "testsuite":
      suites.append(
        Suite(
          name: attributes["name"] ?? "", tests: number("tests"), failures: number("failures"),
          errors: number("errors")))
    case "testcase": suites[last].cases.append(attributes["name"] ?? "")
    case "failure": suites[last].failed.append(suites[last].cases.last ?? "")
    case "error": suites[last].inError.append(suites[last].cases.last ?? "")
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if !suites.isEmpty { suites[suites.count - 1].text += text }
  }
}
