#!/bin/bash
# Records Fixtures/captures/live-udp-and-tcp.pcapng: real sockets in two network namespaces joined by a veth pair, watched by `s2wmp sniff`.
# Needs root and a built program. Times and ports differ from run to run, so this is run on demand; its golden is recorded anew after it.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$PWD/${1:-.build/debug/s2wmp}
output=$PWD/Fixtures/captures/live-udp-and-tcp.pcapng
here=s2wmp-live-$$-a there=s2wmp-live-$$-b
trap 'ip netns del $here; ip netns del $there' EXIT
ip netns add $here
ip netns add $there
ip -n $here link add veth0 type veth peer name veth0 netns $there
ip -n $here addr add 10.77.0.7/24 dev veth0
ip -n $there addr add 10.77.0.9/24 dev veth0
for space in $here $there; do
  ip -n $space link set lo up
  ip -n $space link set veth0 up
done

# Packets of another capture, dated now: a registration by datagram, then a chat on one connection.
packets() { "$program" decode --format ndjson Fixtures/captures/v1-every-packet.pcap --filter "$1" --limit "$2" | "$program" encode -; }
registration=$(packets 'type == REG && udp' 1) response=$(packets 'type == RREG && udp' 1)
messages=$(packets 'type == M' 3)

ip netns exec $here "$program" sniff veth0 --write "$output" --duration 4 --quiet --format ndjson > /dev/null &
watcher=$!
sleep 1
ip netns exec $there python3 - "$response" <<'PYTHON' &
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("10.77.0.9", 5005))
peer = socket.create_server(("10.77.0.9", 5000))
_, asker = server.recvfrom(2048)
server.sendto(bytes.fromhex(sys.argv[1]), asker)
connection, _ = peer.accept()
while message := connection.recv(65536):
    connection.sendall(bytes([1, 6, 1, 0]) + message[5:13] + message[16:32])
connection.close()
PYTHON
sleep 0.5
ip netns exec $here python3 - "$registration" $messages <<'PYTHON'
import socket, sys, time
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind(("10.77.0.7", 5000))
client.sendto(bytes.fromhex(sys.argv[1]), ("10.77.0.9", 5005))
client.recvfrom(2048)
connection = socket.create_connection(("10.77.0.9", 5000))
for message in sys.argv[2:]:
    packet = bytearray.fromhex(message)
    packet[5:13] = int(time.time() * 1000).to_bytes(8, "big")
    connection.sendall(packet)
    connection.recv(2048)
    time.sleep(0.05)
connection.close()
PYTHON
wait $watcher
"$program" decode "$output"
