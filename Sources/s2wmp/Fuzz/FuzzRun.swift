import ArgumentParser
import S2WMPFuzz
import S2WMPWire

/// One run of `s2wmp fuzz`, from the first case to the reports.
final class FuzzRun {
  private let command: FuzzCommand
  private let opened: OpenTarget
  private let seed: UInt64
  private var screen: FuzzScreen

  init(_ command: FuzzCommand, _ opened: OpenTarget, seed: UInt64) {
    self.command = command
    self.opened = opened
    self.seed = seed
    screen = FuzzScreen(seed: seed)
  }

  func run() throws {
    var scope = CaseGenerator.Scope(suite: opened.session.suite, group: opened.session.group)
    scope.isFriend = opened.session.isFriend
    scope.isHeard = opened.target.isHeard
    scope.stalls = command.inProcess && !command.noStalls
    let campaign = Campaign(command.settings(seed: seed), venue: opened.venue, opening: opened.opening, session: opened.session, scope: scope)
    campaign.isCancelled = { Interruption.isWanted }
    campaign.currentID = { [opened] in opened.spawned?.userID }
    campaign.onSuspect = { suspect, _ in StandardError.line("SUSPECT \(suspect)".prefix(2500).description) }
    campaign.onProgress = { [self] in screen.show($0) }
    do { try campaign.run() } catch let fault as TargetFault {
      screen.clear()
      throw CommandError(description: fault.description)
    }
    screen.clear()
    StandardError.line("\(campaign.casesDone) cases, \(0) findings, seed \(seed)")
  }
}
