import S2WMPChat
import S2WMPFlow
import S2WMPNetwork
import S2WMPPeer
import S2WMPWire

/// The peer behind a chat: carries out what the chat wishes, brings what happens to its model.
final class ChatBackend {
  private let service: PeerService
  let inbox: ChatInbox
  /// Whether messages survive the end of the program.
  let keeps: Bool
  private(set) var hasEnded = false
  private(set) var failure: (any Error)?

  init(service: PeerService, inbox: ChatInbox, keeps: Bool) {
    self.service = service
    self.inbox = inbox
    self.keeps = keeps
  }

  func start() {
    Task.detached { [service, inbox] in
      do {
        try await service.run()
        inbox.post(.ended(nil))
      } catch {
        inbox.post(.ended(error))
      }
    }
  }

  func quit() { service.perform(.quit) }

  /// Lets the model take in what has come. Sentences are for the person.
  func deliver(to model: (_ body: (inout ChatModel) -> [ChatEffect]) -> Void, say: (String) -> Void) {
    let (items, dropped) = inbox.take()
    for item in items {
      switch item {
      case .notice(let notice): deliver(notice, to: model, say: say)
      case .taken(let key): model { $0.receiveTaken(key, at: ChatClock.now()) }
      case .resolved(let id, let host, let address): model { $0.receiveResolved(id, host: host, address, at: ChatClock.now()) }
      case .log(let line): say(line)
      case .ended(let error):
        hasEnded = true
        failure = error
      }
    }
    if dropped > 0 { say("\(dropped) events were left out, as the terminal was too slow; messages are in the store.") }
  }

  private func deliver(_ notice: PeerNotice, to model: (_ body: (inout ChatModel) -> [ChatEffect]) -> Void, say: (String) -> Void) {
    switch notice {
    case .event(let event, let time): model { $0.receive(event, at: time) }
    case .listening(let addresses, let userID, let fingerprint, let time):
      let friends = reading("friends", say) { try service.friends() }
      model { $0.receiveListening(addresses: addresses, userID: userID, fingerprint: fingerprint, friends: friends, at: time) }
    }
  }

  /// Everything but `suspend` and `quit`, which are the terminal's.
  func grant(_ wish: ChatSession.Wish, to model: (_ body: (inout ChatModel) -> [ChatEffect]) -> Void, say: (String) -> Void) {
    switch wish {
    case .perform(let command): service.perform(command)
    case .send(let id, let text, let key): service.perform(.send(to: id, text: text)) { [inbox] in inbox.post(.taken(key)) }
    case .loadHistory(let id, let limit):
      let entries = reading("messages", say) { try service.history(with: id, limit: limit) }
      model { $0.receiveHistory(with: id, entries.map(ChatEntry.init), at: ChatClock.now()) }
    case .loadFriends:
      let friends = reading("friends", say) { try service.friends() }
      model { $0.receiveFriends(friends, at: ChatClock.now()) }
    case .resolve(let host, let port, let id): resolve(host, port, id)
    case .suspend, .quit: break
    }
  }

  private func reading<Row>(_ what: String, _ say: (String) -> Void, _ body: () throws -> [Row]) -> [Row] {
    do { return try body() } catch {
      say("The \(what) in the store cannot be read: \(error)")
      return []
    }
  }

  /// Name servers may take their time.
  private func resolve(_ host: String, _ port: UInt16, _ id: Identifier) {
    let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    SystemThread.detach { [inbox] in
      let found = (try? HostLookup.endpoints(host: name, port: port)) ?? []
      inbox.post(.resolved(id, host: host, found.first { $0.isIPv4 } ?? found.first))
    }
  }
}

extension ChatEntry {
  init(_ entry: HistoryEntry) {
    let mark: DeliveryMark =
      switch entry.state {
      case .waiting: .waiting
      case .acknowledged: .acknowledged
      case .rejected, .givenUp: .rejected
      }
    self.init(
      isOwn: entry.direction == .sent, datetime: entry.datetime, time: entry.time, text: entry.text, mark: entry.direction == .sent ? mark : nil)
  }
}
