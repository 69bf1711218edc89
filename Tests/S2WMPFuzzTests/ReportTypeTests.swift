import S2WMPFuzz
import Testing

@Suite("Requirements")
struct RequirementTests {
  @Test func sectionIsWhatStandsBeforeTheSlash() {
    #expect(Requirement("6.1/3.receiver", "", "").section == "6.1")
  }
}
