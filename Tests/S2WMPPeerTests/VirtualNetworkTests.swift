import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Peers on a virtual network")
struct VirtualNetworkTests {
  /// Alice and bob, friends, in listening state.
  private static func friends(seed: UInt64 = 1, server: Bool = true) -> (VirtualNetwork, VirtualNode, VirtualNode) {
    let network = VirtualNetwork(seed: seed)
    if server { network.registrations = [:] }
    let alice = network.add(Keys.alice, name: "alice") { if server { $0.bootstrapServer = VirtualNetwork.server } }
    let bob = network.add(Keys.bob, name: "bob") { if server { $0.bootstrapServer = VirtualNetwork.server } }
    alice.start()
    bob.start()
    network.run(.seconds(10))
    alice.perform(.add(bob.userID, address: nil))
    network.run(.seconds(10))
    return (network, alice, bob)
  }

  @Test("Adding by the bootstrap server, or by discovery when there is none; messages both ways", arguments: [true, false])
  func talk(server: Bool) {
    let (network, alice, bob) = Self.friends(server: server)
    #expect(alice.store.friends[bob.userID]?.name == "bob")
    #expect(bob.store.friends[alice.userID]?.name == "alice")
    #expect(alice.store.friends[bob.userID]?.status == .online && bob.store.friends[alice.userID] != nil)
    alice.perform(.send(to: bob.userID, text: "hello bob"))
    bob.perform(.send(to: alice.userID, text: "hello alice"))
    network.run(.seconds(5))
    #expect(bob.store.texts == ["hello bob"] && alice.store.texts == ["hello alice"])
    #expect(alice.store.outgoing.isEmpty && bob.store.outgoing.isEmpty)
  }

  @Test("A peer that was away gets what was sent meanwhile, once")
  func away() {
    let (network, alice, bob) = Self.friends()
    bob.die()
    network.run(.seconds(2))
    for number in 0..<5 { alice.perform(.send(to: bob.userID, text: "\(number)")) }
    network.run(.seconds(100))
    #expect(alice.store.outgoing.count == 5)
    bob.start()
    network.run(.seconds(70))
    #expect(bob.store.texts == ["0", "1", "2", "3", "4"])
    #expect(alice.store.outgoing.isEmpty)
  }

  @Test("A new key reaches the friends, the server and the other's replay memory; old identities are forgotten")
  func newKey() {
    let (network, alice, bob) = Self.friends()
    let old = bob.userID
    alice.perform(.send(to: bob.userID, text: "before"))
    network.run(.seconds(2))
    bob.perform(.regenerateKey)
    network.run(.seconds(20))
    #expect(bob.userID != old)
    #expect(bob.store.identities.count == 1)
    #expect(alice.store.friends.keys.contains(bob.userID) && !alice.store.friends.keys.contains(old))
    #expect(network.registrations?[bob.userID] == bob.address && network.registrations?[old] == nil)
    alice.perform(.send(to: bob.userID, text: "after"))
    bob.perform(.send(to: alice.userID, text: "me again"))
    network.run(.seconds(5))
    #expect(bob.store.texts == ["before", "after"] && alice.store.texts == ["me again"])
  }

  @Test("Two keys changed at the same moment, twice")
  func bothChange() {
    let (network, alice, bob) = Self.friends()
    for _ in 0..<2 {
      alice.perform(.regenerateKey)
      bob.perform(.regenerateKey)
      network.run(.seconds(60))
      #expect(alice.store.friends.keys.contains(bob.userID) && bob.store.friends.keys.contains(alice.userID))
      #expect(alice.store.identities.count == 1 && bob.store.identities.count == 1)
    }
    alice.perform(.send(to: bob.userID, text: "still friends"))
    network.run(.seconds(5))
    #expect(bob.store.texts == ["still friends"])
  }

  @Test("A friend who slept through several key changes is led through all of them")
  func sleptThrough() {
    let (network, alice, bob) = Self.friends()
    bob.die()
    for _ in 0..<3 {
      alice.perform(.regenerateKey)
      network.run(.seconds(20))
    }
    #expect(alice.store.identities.count == 4)
    bob.start()
    network.run(.seconds(120))
    #expect(alice.store.identities.count == 1)
    #expect(bob.store.friends.keys.contains(alice.userID))
    alice.perform(.send(to: bob.userID, text: "here I am"))
    bob.perform(.send(to: alice.userID, text: "and I"))
    network.run(.seconds(5))
    #expect(bob.store.texts == ["here I am"] && alice.store.texts == ["and I"])
  }

  @Test("A collision at the server gives a new key, known to the friends, and a registration")
  func collision() {
    let (network, alice, bob) = Self.friends()
    let old = alice.userID
    alice.die()
    network.nextStatuses = [1]
    alice.start()
    network.run(.seconds(30))
    #expect(alice.userID != old)
    #expect(network.registrations?[alice.userID] == alice.address)
    #expect(bob.store.friends.keys.contains(alice.userID))
  }

  @Test("No message is lost silently and none delivered twice, whatever the weather", arguments: 1...40 as ClosedRange<UInt64>)
  func storm(seed: UInt64) {
    let problems = Storm(seed: seed).problems()
    #expect(problems.isEmpty, "seed \(seed): \(problems.joined(separator: "; "))")
  }

  @Test("The storm finds peers that are wrong", arguments: ["replay-delivered", "late-swallowed"])
  func stormFinds(defect: String) throws {
    let planted = try #require(PlantedDefect(name: defect))
    let problems = (1...6).flatMap { Storm(seed: $0, rules: { planted.rules }).problems() }
    #expect(!problems.isEmpty, "nobody noticed \(defect)")
  }
}

/// Three peers who talk while everything around them goes wrong, and what came of it.
private struct Storm {
  private let network: VirtualNetwork
  private let seed: UInt64
  private var sent: [(text: String, from: VirtualNode, to: VirtualNode)] = []

  init(seed: UInt64, rules: @escaping () -> PeerRules = { PeerRules() }) {
    self.seed = seed
    network = VirtualNetwork(seed: seed)
    network.registrations = seed.isMultiple(of: 2) ? [:] : nil
    for (identity, name) in [(Keys.alice, "alice"), (Keys.bob, "bob"), (Keys.carol, "carol")] {
      let node = network.add(identity, name: name) { if seed.isMultiple(of: 4) { $0.bootstrapServer = VirtualNetwork.server } }
      node.rules = rules
      node.start()
    }
    network.run(.seconds(12))
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
      network.nodes[from].perform(.add(network.nodes[to].userID, address: network.nodes[to].address))
    }
    network.run(.seconds(5))
    rage()
    network.weather = .calm
    network.run(.seconds(400))
  }

  private mutating func rage() {
    network.weather = .storm
    for number in 0..<60 {
      let (from, to) = pair()
      if let id = from.store.friends.values.first(where: { $0.name == to.configuration.name })?.id, from.peer != nil {
        let text = "\(number) of \(from.configuration.name)"
        sent.append((text, from, to))
        from.perform(.send(to: id, text: text))
      }
      if seed.isMultiple(of: 3), network.random.happens(perMille: 40) { from.perform(.regenerateKey) }
      if network.random.happens(perMille: 50) { from.perform(.status(UserStatus.allCases.randomElement(using: &network.random) ?? .away)) }
      network.run(.milliseconds(UInt64.random(in: 0...1500, using: &network.random)))
    }
  }

  private func pair() -> (VirtualNode, VirtualNode) {
    let from = Int.random(in: 0..<3, using: &network.random)
    let to = (from + Int.random(in: 1...2, using: &network.random)) % 3
    return (network.nodes[from], network.nodes[to])
  }

  /// Every message is delivered at most once, and settled: acknowledged, and then delivered, or given up and the user told.
  func problems() -> [String] {
    var problems: [String] = []
    var delivered = 0
    for (text, from, to) in sent {
      let times = to.store.texts.count { $0 == text }
      delivered += times
      if times > 1 { problems.append("\"\(text)\" was delivered \(times) times") }
      guard let settled = from.store.settled[text] else {
        if from.store.outgoing.contains(where: { $0.text == text }) {
          problems.append("\"\(text)\" is still under way")
        }
        // A crash came before the store knew of it: then the user never heard that it was sent.
        else if !from.hasDiedAtCommand {
          problems.append("\"\(text)\" vanished")
        }
        continue
      }
      if settled == 0, times != 1 { problems.append("\"\(text)\" was acknowledged but not delivered") }
    }
    if sent.count <= 30 { problems.append("only \(sent.count) messages were sent") }
    if delivered * 2 <= sent.count { problems.append("only \(delivered) of \(sent.count) messages came through") }
    return problems
  }
}
