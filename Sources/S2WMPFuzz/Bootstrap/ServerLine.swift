/// What has been planned for one connection to a bootstrap server.
struct ServerLine {
  var source = 0
  var owed = 0
  var awaited = 0
  var isUsed = false
  var isOver = false
  var isInside = false
  var isRejected = false
  /// Something was sent whose proof is that nothing came.
  var isInDoubt = false
  /// More was asked than one source may: it is banned in the middle.
  var isFlooded = false
  /// Time passed since, so that the server may have closed it; or it was reset.
  var isStale = false
  /// Its first packet could be the start of a legacy one, unless what follows begins a packet where that of v1 ends.
  var isOfTwoDialects = false
  var fate = Fate.open
  var patience = Patience.reply
}

/// What has been planned as datagrams, in all.
struct ServerDatagrams {
  var owed = 0
  var awaited = 0
  var isInDoubt = false
}
