import S2WMPLive
import Testing

@Suite("Panes of the live screen")
struct LivePaneTests {
  @Test("there are three")
  func all() { #expect(LivePane.allCases.count == 3) }
}
