// swift-tools-version: 6.1
import PackageDescription

// Modules and their arrows are described in Documentation/Architecture.md.
let package = Package(
  name: "s2wmp-tool",
  products: [
    .executable(name: "s2wmp", targets: ["s2wmp"]),
    .library(name: "S2WMPWire", targets: ["S2WMPWire"]),
    .library(name: "S2WMPCapture", targets: ["S2WMPCapture"]),
    .library(name: "S2WMPCrypto", targets: ["S2WMPCrypto"]),
    .library(name: "S2WMPPeer", targets: ["S2WMPPeer"]),
    .library(name: "S2WMPNetwork", targets: ["S2WMPNetwork"]),
    .library(name: "S2WMPAnalysis", targets: ["S2WMPAnalysis"]),
    .library(name: "S2WMPReport", targets: ["S2WMPReport"]),
    .library(name: "S2WMPInsight", targets: ["S2WMPInsight"]),
    .library(name: "S2WMPChat", targets: ["S2WMPChat"]),
    .library(name: "S2WMPLive", targets: ["S2WMPLive"]),
    .library(name: "S2WMPFuzz", targets: ["S2WMPFuzz"]),
    .library(name: "S2WMPFuzzTargets", targets: ["S2WMPFuzzTargets"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CDatagrams"),
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "CCoverage"),
    .target(name: "S2WMPWire"),
    .target(name: "S2WMPFlow"),
    .target(name: "S2WMPCapture", dependencies: ["S2WMPFlow", "CLibpcap", "CZlib", "CPrefetch"]),
    .target(name: "S2WMPCrypto", dependencies: ["S2WMPWire", "COpenSSL"]),
    .target(name: "S2WMPPeer", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPCrypto"]),
    .target(
      name: "S2WMPNetwork",
      dependencies: [
        "S2WMPWire", "S2WMPFlow", "S2WMPCrypto", "S2WMPPeer", "CDatagrams",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(name: "S2WMPAnalysis", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPCrypto", "CPrefetch"]),
    .target(name: "S2WMPReport", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPCrypto", "S2WMPAnalysis"]),
    .target(name: "S2WMPInsight", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPCrypto", "S2WMPAnalysis", "S2WMPReport"]),
    .target(name: "S2WMPLive", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPAnalysis", "S2WMPReport", "S2WMPInsight", "S2WMPChat"]),
    .target(name: "S2WMPChat", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPPeer", "S2WMPReport"]),
    .target(
      name: "S2WMPFuzz",
      dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPCrypto", "S2WMPPeer", "S2WMPCapture", "S2WMPAnalysis", "S2WMPReport", "CEpoll", "CCoverage"]),
    .target(name: "S2WMPFuzzTargets", dependencies: ["S2WMPWire", "S2WMPFlow", "S2WMPCapture", "S2WMPCrypto", "S2WMPPeer", "S2WMPAnalysis", "S2WMPReport"]),
    .executableTarget(
      name: "s2wmp",
      dependencies: [
        "S2WMPWire", "S2WMPFlow", "S2WMPCapture", "S2WMPAnalysis", "S2WMPReport", "S2WMPCrypto", "S2WMPPeer", "S2WMPNetwork",
        "S2WMPChat", "S2WMPFuzz", "S2WMPInsight", "S2WMPLive",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(name: "s2wmp-fixtures", dependencies: ["S2WMPWire", "S2WMPCapture", "S2WMPCrypto", "COpenSSL", "CZlib"]),
    .executableTarget(
      name: "s2wmp-load",
      dependencies: ["S2WMPWire", "S2WMPCrypto", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    // Real terminals for tests of what draws on one.
    .target(name: "TerminalSupport", path: "Tests/TerminalSupport"),
    .testTarget(name: "S2WMPCommandTests", dependencies: ["s2wmp", "s2wmp-fixtures"]),
    .testTarget(name: "S2WMPWireTests", dependencies: ["S2WMPWire"]),
    .testTarget(name: "S2WMPCaptureTests", dependencies: ["S2WMPCapture"]),
    .testTarget(name: "S2WMPCaptureLiveTests", dependencies: ["S2WMPCapture"]),
    .testTarget(name: "S2WMPCryptoTests", dependencies: ["S2WMPCrypto", "S2WMPWire"]),
    .testTarget(
      name: "S2WMPFuzzTests",
      dependencies: ["S2WMPFuzz", "S2WMPReport", "S2WMPPeer", "S2WMPCrypto", "S2WMPFlow", "S2WMPWire", "S2WMPCapture", "CEpoll", "s2wmp"]),
    .testTarget(name: "S2WMPPeerTests", dependencies: ["S2WMPPeer", "S2WMPCrypto", "S2WMPFlow", "S2WMPWire"]),
    .testTarget(
      name: "S2WMPNetworkTests",
      dependencies: [
        "S2WMPNetwork", "S2WMPPeer", "S2WMPCrypto", "S2WMPFlow", "S2WMPWire", "s2wmp",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(name: "S2WMPAnalysisTests", dependencies: ["S2WMPAnalysis", "S2WMPCrypto", "S2WMPFlow", "S2WMPWire", "s2wmp"]),
    .testTarget(name: "S2WMPReportTests", dependencies: ["S2WMPReport", "S2WMPWire", "S2WMPFlow", "S2WMPAnalysis", "S2WMPCrypto", "S2WMPCapture", "s2wmp"]),
    .testTarget(
      name: "S2WMPInsightTests",
      dependencies: ["S2WMPInsight", "S2WMPReport", "S2WMPAnalysis", "S2WMPCapture", "S2WMPCrypto", "S2WMPFlow", "S2WMPWire", "s2wmp"]),
    .testTarget(
      name: "S2WMPLiveTests",
      dependencies: [
        "S2WMPLive", "S2WMPChat", "S2WMPInsight", "S2WMPReport", "S2WMPAnalysis", "S2WMPCapture", "S2WMPCrypto", "S2WMPFlow", "S2WMPWire",
        "TerminalSupport", "s2wmp",
      ]),
    .testTarget(name: "S2WMPChatTests", dependencies: ["S2WMPChat", "S2WMPPeer", "S2WMPFlow", "S2WMPWire", "TerminalSupport", "s2wmp"]),
    .testTarget(
      name: "S2WMPRegressionTests", dependencies: ["S2WMPFuzzTargets", "S2WMPCapture", "S2WMPFlow", "S2WMPPeer", "S2WMPWire", "s2wmp"]),
  ],
  swiftLanguageModes: [.v6]
)
