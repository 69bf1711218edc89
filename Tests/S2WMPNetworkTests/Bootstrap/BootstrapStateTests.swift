import Foundation
import S2WMPFlow
import Testing

private typealias Requests = BootstrapRequests

@Suite("6.2 Bootstrap server: persistent mode and failures") struct BootstrapStateTests {
  private func start(_ state: BootstrapState, _ more: [String] = []) throws -> BootstrapProcess {
    try BootstrapProcess(["--listen", "127.0.0.1:0", "--state", state.path] + more)
  }

  private func serverID(_ server: BootstrapProcess) throws -> ArraySlice<UInt8> {
    let asker = try LoopbackSocket(to: server.addresses.first)
    return try #require(try asker.ask(Requests.broadcast(Requests.id(1))))[36..<52]
  }

  private func lookUp(_ id: UInt8, at server: BootstrapProcess) throws -> UInt8? {
    try LoopbackSocket(to: server.addresses.first).ask(Requests.lookup(Requests.id(1), Requests.id(id)))?[18]
  }

  @Test func survivesKillAndStop() throws {
    let state = BootstrapState()
    let first = try start(state)
    let id = try serverID(first)
    let alice = try LoopbackSocket(to: first.addresses.first)
    #expect(try alice.ask(Requests.registration(Requests.id(1))) == Requests.registered(0))
    // What is a second old is in the store.
    usleep(1_200_000)
    first.signal(SIGKILL)
    #expect(first.status() == SIGKILL)

    let second = try start(state)
    #expect(try serverID(second) == id)
    #expect(try lookUp(1, at: second) == 0)
    let again = try LoopbackSocket(to: second.addresses.first)
    #expect(try again.ask(Requests.registration(Requests.id(2))) == Requests.registered(0))
    #expect(second.stop() == 0, "an end in order stores what is there")

    let third = try start(state)
    #expect(try lookUp(2, at: third) == 0)
    #expect(third.stop() == 0)
  }

  @Test func lifetimesGoOnWhileItIsDown() throws {
    let state = BootstrapState()
    let first = try start(state, ["--ttl", "1"])
    let alice = try LoopbackSocket(to: first.addresses.first)
    #expect(try alice.ask(Requests.registration(Requests.id(1))) == Requests.registered(0))
    #expect(first.stop() == 0)
    usleep(1_100_000)
    let second = try start(state)
    #expect(try lookUp(1, at: second) == 2)
    #expect(second.stop() == 0)
  }

  @Test func filesAreForTheirOwnerOnly() throws {
    let state = BootstrapState()
    let server = try start(state)
    let names = try FileManager.default.contentsOfDirectory(atPath: state.path)
    #expect(names.contains("bootstrap.sqlite") && names.contains("lock"))
    for name in names {
      let mode = try FileManager.default.attributesOfItem(atPath: state.path + "/" + name)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
    #expect(server.stop() == 0)
  }

  private func expectFailure(_ arguments: [String], _ words: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let server = try BootstrapProcess(arguments)
    #expect(server.status() == 3, sourceLocation: sourceLocation)
    #expect(server.addresses.isEmpty, sourceLocation: sourceLocation)
    let errors = server.errors
    #expect(errors.hasPrefix("s2wmp: ") && errors.hasSuffix(".\n") && errors.count { $0 == "\n" } == 1, "\(errors)", sourceLocation: sourceLocation)
    #expect(errors.contains(words), "\(errors)", sourceLocation: sourceLocation)
  }

  @Test func aFolderInUse() throws {
    let state = BootstrapState()
    let server = try start(state)
    try expectFailure(["--listen", "127.0.0.1:0", "--state", state.path], "is in use by another process")
    #expect(try lookUp(1, at: server) == 2, "the first one goes on")
    #expect(server.stop() == 0)
  }

  @Test func aDamagedStore() throws {
    let state = BootstrapState()
    let first = try start(state)
    #expect(first.stop() == 0)
    let damaged = Data("this is no database, and never was one ........................".utf8)
    try damaged.write(to: URL(filePath: state.database))
    try expectFailure(["--listen", "127.0.0.1:0", "--state", state.path], "is damaged")
    #expect(try Data(contentsOf: URL(filePath: state.database)) == damaged, "nothing lost")
  }

  @Test func aStoreWithHoles() throws {
    let state = BootstrapState()
    let first = try start(state)
    let alice = try LoopbackSocket(to: first.addresses.first)
    for number in 1...200 as ClosedRange<UInt8> { _ = try alice.ask(Requests.registration(Requests.id(number))) }
    #expect(first.stop() == 0)
    var bytes = try Data(contentsOf: URL(filePath: state.database))
    #expect(bytes.count > 8192)
    for index in 4096..<bytes.count { bytes[index] = 0x5a }
    try bytes.write(to: URL(filePath: state.database))
    try expectFailure(["--listen", "127.0.0.1:0", "--state", state.path], "is damaged")
  }

  @Test func aFolderThatCannotBe() throws {
    try expectFailure(["--listen", "127.0.0.1:0", "--state", "/dev/null/here"], "/dev/null/here")
  }

  @Test func aPortInUse() throws {
    let server = try BootstrapProcess()
    let address = try #require(server.addresses.first)
    try expectFailure(["--listen", "\(address)"], "cannot listen on \(address): another program uses this port")
    #expect(server.stop() == 0)
    let datagrams = try LoopbackSocket(from: .ipv4(0x7f00_0001, port: address.port))
    _ = datagrams
    try expectFailure(["--listen", "\(address)"], "another program uses this port")
  }

  @Test func anAddressOfAnotherMachine() throws {
    try expectFailure(["--listen", "192.0.2.1:5005"], "cannot listen on 192.0.2.1:5005: this machine has no such address")
  }

  @Test func aHostThatIsNotKnown() throws {
    try expectFailure(["--listen", "nowhere.invalid:5005"], "the host nowhere.invalid is not known")
  }
}
