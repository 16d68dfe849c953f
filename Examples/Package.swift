// swift-tools-version: 6.2

import PackageDescription

// A package as another project would write it: FolioCore is all that it takes of ext2walk.
let package = Package(
  name: "ext2walk-examples",
  dependencies: [
    .package(name: "ext2walk", path: ".."),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "Records",
      dependencies: [
        .product(name: "FolioCore", package: "ext2walk"),
        .product(name: "SystemPackage", package: "swift-system"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
