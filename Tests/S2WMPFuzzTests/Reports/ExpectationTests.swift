import S2WMPFuzz
import Testing

@Suite("Known failures")
struct ExpectationTests {
  private let known = ["6.1/5.hash", "6.1/3.receiver", "4/2.stall"]

  private func refusal(_ text: String) -> String? {
    do throws(ExpectationError) {
      _ = try Expectations(text: Array(text.utf8), known: known)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func linesAreReadWithTheirReasons() throws {
    let text = "# ours\n\n6.1/5.hash  issue 12: hash  is ignored\r\n  4/2.stall no timer \u{202e}\n"
    let entries = try Expectations(text: Array(text.utf8), known: known).entries
    #expect(entries.map(\.requirement) == ["6.1/5.hash", "4/2.stall"])
    #expect(entries.map(\.reason) == ["issue 12: hash is ignored", "no timer \\u{202e}"])
    #expect(entries.map(\.line) == [3, 4])
  }

  @Test func mistakesAreNamedWithTheirLine() {
    #expect(refusal("6.1/5.hsah it fails") == "line 1: there is no requirement \"6.1/5.hsah\"; did you mean 6.1/5.hash?")
    #expect(refusal("# x\nnonsense here") == "line 2: there is no requirement \"nonsense\"; conform --list names them all")
    #expect(refusal("6.1/5.hash") == "line 1: behind \"6.1/5.hash\" stands why it is expected to fail")
    #expect(refusal("6.1/5.hash a\n6.1/5.hash b") == "line 2: 6.1/5.hash stands on line 1 already")
    #expect(refusal("6.1/5.hash \u{1b}[31m") == nil)
  }

  @Test func resultsAreDivided() throws {
    let expectations = try Expectations(text: Array("6.1/5.hash known\n4/2.stall known too\n".utf8), known: known)
    let result = { (id: String, status: RequirementResult.Status) in RequirementResult(Requirement(id, "", ""), status, cases: 1) }
    let good = expectations.split([result("6.1/5.hash", .fail), result("6.1/3.receiver", .pass), result("4/2.stall", .skip)])
    #expect(good.isAsExpected && good.expectedFailures.map(\.reason) == ["known"])
    let bad = expectations.split([result("6.1/5.hash", .pass), result("6.1/3.receiver", .fail), result("4/2.stall", .error)])
    #expect(!bad.isAsExpected)
    #expect(bad.unexpectedPasses.map(\.result.requirement.id) == ["6.1/5.hash"])
    #expect(bad.unexpectedFailures.map(\.requirement.id) == ["6.1/3.receiver"])
    #expect(bad.expectedFailures.map(\.reason) == ["known too"])
  }
}
