import Testing

@testable import S2WMPCapture

@Suite("Endpoints as text (RFC 5952)")
struct EndpointTextTests {
  @Test(arguments: [
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("fe80::1", "fe80::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("0:0:0:0:0:0:0:0", "::"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("::ffff:10.0.0.7", "::ffff:10.0.0.7"), ("::ffff:a00:7", "::ffff:10.0.0.7"), ("64:ff9b::10.0.0.7", "64:ff9b::a00:7"),
    ("10.0.0.7", "10.0.0.7"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("1.20.100.0", "1.20.100.0"),
  ])
  func addressesComeOutCanonical(text: String, canonical: String) throws {
    #expect(try #require(Endpoint(address: text, port: 1)).addressText == canonical)
  }

  @Test(arguments: ["10.0.0.7:5000", "0.0.0.0:0", "255.255.255.255:65535", "[fe80::1]:5000", "[::]:1", "[::ffff:1.2.3.4]:10000"])
  func endpointsSurviveTheRoundTrip(text: String) throws {
    let endpoint = try #require(Endpoint(text: text))
    #expect(endpoint.description == text)
    var bytes: [UInt8] = []
    endpoint.appendText(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test(arguments: [
    "", ":", "10.0.0.7", "10.0.0.7:", "10.0.0.7:65536", "10.0.0.7:-1", "10.0.0.7:+1", "10.0.0.07:1", "10.0.0:1", "10.0.0.256:1", "10.0.0.0.1:1", "fe80::1:5000",
    "[fe80::1]", "[fe80::1%eth0]:1", "[10.0.0.7]:1", "[::1:1", "::1]:1", "[]:1", "[1::2::3]:1", "[1:2:3:4:5:6:7:8:9]:1", "[1:2:3:4:5:6:7]:1",
    "[1:2:3:4::5:6:7:8]:1", "[:::]:1", "[12345::]:1", "[1.2.3.4::]:1", "[g::]:1", "localhost:1", "10.0.0.7:5000 ",
  ])
  func otherTextIsRefused(text: String) {
    #expect(Endpoint(text: text) == nil)
  }

  @Test func mappedAddressesStayDifferentFromIPv4() throws {
    let mapped = try #require(Endpoint(text: "[::ffff:10.0.0.7]:5000"))
    let plain = try #require(Endpoint(text: "10.0.0.7:5000"))
    #expect(mapped != plain)
    #expect(plain == .ipv4(0x0a00_0007, port: 5000))
  }

  @Test func theLongestTextFits() throws {
    let endpoint = Endpoint(high: .max, low: .max, port: .max, isIPv4: false)
    #expect(endpoint.description == "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")
    #expect(endpoint.description.utf8.count <= Endpoint.maximumTextLength)
  }
}
