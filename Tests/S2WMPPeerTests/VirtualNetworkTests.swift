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

  /// What one storm leaves behind.
  private struct Aftermath {
    var sent: [(text: String, from: VirtualNode, to: VirtualNode)] = []
  }

  @Test("No message is lost silently and none delivered twice, whatever the weather", arguments: 1...40 as ClosedRange<UInt64>)
  func storm(seed: UInt64) {
    let network = VirtualNetwork(seed: seed)
    network.registrations = seed.isMultiple(of: 2) ? [:] : nil
    for (identity, name) in [(Keys.alice, "alice"), (Keys.bob, "bob"), (Keys.carol, "carol")] {
      network.add(identity, name: name) { if seed.isMultiple(of: 4) { $0.bootstrapServer = VirtualNetwork.server } }.start()
    }
    network.run(.seconds(12))
    for (from, to) in [(0, 1), (1, 2), (2, 0)] { network.nodes[from].perform(.add(network.nodes[to].userID, address: network.nodes[to].address)) }
    network.run(.seconds(5))
    network.weather = .storm
    let changesKeys = seed.isMultiple(of: 3)
    var sent: [(text: String, from: VirtualNode, to: VirtualNode)] = []
    for number in 0..<60 {
      let (from, to) = pair(network)
      if let id = from.store.friends.values.first(where: { $0.name == to.configuration.name })?.id, from.peer != nil {
        sent.append(("\(number) of \(from.configuration.name)", from, to))
        from.perform(.send(to: id, text: sent[sent.count - 1].text))
      }
      if changesKeys, network.random.happens(perMille: 40) { from.perform(.regenerateKey) }
      if network.random.happens(perMille: 50) { from.perform(.status(UserStatus.allCases.randomElement(using: &network.random) ?? .away)) }
      network.run(.milliseconds(UInt64.random(in: 0...1500, using: &network.random)))
    }
    network.weather = .calm
    network.run(.seconds(400))
    judge(sent, seed)
  }

  private func pair(_ network: VirtualNetwork) -> (VirtualNode, VirtualNode) {
    let from = Int.random(in: 0..<3, using: &network.random)
    let to = (from + Int.random(in: 1...2, using: &network.random)) % 3
    return (network.nodes[from], network.nodes[to])
  }

  private func judge(_ sent: [(text: String, from: VirtualNode, to: VirtualNode)], _ seed: UInt64) {
    #expect(sent.count > 30, "seed \(seed): hardly anything was sent")
    var delivered = 0
    for (text, from, to) in sent {
      let times = to.store.texts.count { $0 == text }
      #expect(times <= 1, "seed \(seed): \"\(text)\" was delivered \(times) times")
      delivered += times
      // A crash before the store knew of it: the user was never told that it was sent.
      let wasQueued = from.store.settled[text] != nil || from.store.outgoing.contains { $0.text == text }
      let wasTold = from.events.contains { if case .sent = $0 { true } else { false } }
      #expect(wasQueued || from.deaths > 0 || !wasTold, "seed \(seed): \"\(text)\" vanished")
      guard wasQueued else { continue }
      let settled = from.store.settled[text]
      #expect(settled != nil, "seed \(seed): \"\(text)\" is neither acknowledged nor given up")
      if case .some(.some(0)) = settled { #expect(times == 1, "seed \(seed): \"\(text)\" was acknowledged but not delivered") }
    }
    #expect(delivered * 2 > sent.count, "seed \(seed): only \(delivered) of \(sent.count) came through")
  }
}
