/// Outputs that a person has looked at.
enum Snapshots {
  /// Text, as wide as it takes.
  static let unlimited = """
         #        time  from                 to                   type  what
         4    0.000000  10.0.0.7:5000        10.0.0.255:5001      BPM   who is there?                     7f3a…c1d0
         5    0.001000  10.0.0.9:5000        10.0.0.7:5000        BPR   here: 10.0.0.9:5000               22be…0914               ← 4  0.5 ms
        11    1.204000  10.0.0.7:41022       10.0.0.9:5000        CR    alice asks 22be…0914              X25519
        13    1.219000  10.0.0.9:5000        10.0.0.7:41022       CRR   accepted by bob                   X25519                  ← 11  15 ms
        17    4.001000  10.0.0.7:41022       10.0.0.9:5000        M     alice → bob  online  412 bytes
        18    4.002000  10.0.0.9:5000        10.0.0.7:41022       ACK   accepted                                                  ← 17  0.8 ms
        21    6.110000  10.0.0.66:50112      10.0.0.9:5000        M     alice → bob  online  412 bytes                            ! replay of 17
        22    6.111000  10.0.0.9:5000        10.0.0.66:50112      ACK   rejected: hash didn't match                               ← 21  0.6 ms
        30    7.000000  10.0.0.7:41022       10.0.0.9:5000        ?     no packet: 47 45 54 20 2f 20 48 54 …  16 bytes            ! version is 71, not 1
    8 packets, 5 conversations, 1 malformed, 1 error, 1 warning (s2wmp decode --filter 'expert.severity >= warning')

    """

  /// Text on 80 columns.
  static let narrow = """
        #        time  from           to             type  what
        4    0.000000  10.0.0.7       10.0.0.255     BPM   who is there?  7f3a…c1d0
        5    0.001000  10.0.0.9       10.0.0.7       BPR   here: 10.0.0.9:5000  22b…
       11    1.204000  10.0.0.7       10.0.0.9       CR    alice asks 22be…0914  X2…
       13    1.219000  10.0.0.9       10.0.0.7       CRR   accepted by bob  X25519
       17    4.001000  10.0.0.7       10.0.0.9       M     alice → bob  online  412…
       18    4.002000  10.0.0.9       10.0.0.7       ACK   accepted  ← 17  0.8 ms
       21    6.110000  10.0.0.66      10.0.0.9       M     alice → bo…  ! replay of…
       22    6.111000  10.0.0.9       10.0.0.66      ACK   rejected: hash didn't ma…
       30    7.000000  10.0.0.7       10.0.0.9       ?     no packet:…  ! version i…

    """

  /// A message with an undefined status.
  static let tree = """
    #17  M  Message, 100 bytes, v1                             10.0.0.7:41022 → 10.0.0.9:5000
         2026-11-24 13:42:01.000000 UTC  TCP conversation 0
        0  01                         version       1
        1  01                         type          1 Message
        2  09                         status        9 (not defined)  !
        3  00 14                      length        20
        5  00 00 01 a2 0d ca c0 a3    datetime      2026-11-24T13:42:01.123Z
       13  00 00 00                   undefined     0
       16  7f 3a 00 00 00 00 00 00 …  sender_id     7f3a00000000000000000000000fc1d0
       32  22 be 00 00 00 00 00 00 …  receiver_id   22be0000000000000000000000000914
       48  00 00 00 00 00 00 00 00 …  client_id     00000000000000000000000000000000
       64  00 00 00 00 00 00 00 00 …  hash          00000000000000000000000000000000
       80  b0 b0 b0 b0 b0 b0 b0 b0 …  body          20 bytes, encrypted
         ! status 9 is not defined for M  (error field.status)
         · a segment of this direction was sent again before this packet  (note tcp.retransmission)
         ← answers frame 3 after 1.5 s
        0 |01|01|09|00 14|00 00 01 a2 0d ca c0 a3|00 00 00|  ................  version, type, status, length, datetime, undefined
       16 |7f 3a 00 00 00 00 00 00 00 00 00 00 00 0f c1 d0|  .:..............  sender_id
       32 |22 be 00 00 00 00 00 00 00 00 00 00 00 00 09 14|  "...............  receiver_id
       48 |00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00|  ................  client_id
       64 |00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00|  ................  hash
       80 |b0 b0 b0 b0 b0 b0 b0 b0 b0 b0 b0 b0 b0 b0 b0 b0   ................  body
       96  b0 b0 b0 b0|                                      ....

    """

  /// The head of 300 bytes that frame no packet.
  static let malformedTree = """
    #30  malformed  300 bytes, v1                              10.0.0.7:41022 → 10.0.0.9:5000
         2026-11-24 13:42:01.000000 UTC  TCP conversation 0
         ! version is 71, not 1  (error malformed.version)
        0  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a   GET / HTTP/1.1..
       16  0d 0a                                             ..
           … 282 more bytes

    """

  static let csv =
    "frame,time,transport,stream,src,dst,dialect,name,length,status,error,expert,reply_to,latency,plaintext,hash_ok,client\r\n"
    + "18,2026-11-24T13:42:01.000000000Z,tcp,0,10.0.0.7:41022,10.0.0.9:5000,v1,ACK,28,,2,ack.rejected ack.unmatched,17,0.000816,,,\r\n"
    + "1,,tcp,0,10.0.0.7:41022,10.0.0.9:5000,v1,M,492,0,,,,,,,\r\n"
}
