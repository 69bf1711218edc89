/* Writes the capture that the benchmarks read: 2,000 TCP connections on which users send messages of 120 to 600 encrypted bytes, each answered by
 * an ACK on the same connection. One frame in a hundred comes out of order, one in a hundred twice. The same seed gives the same bytes.
 *
 *   generate FILE [MEGABYTES [SEED]]
 *
 * Ends with the numbers of frames, messages, and so on, on standard output. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOWS = 2000, HEADERS = 14 + 20 + 20, RECORD = 16, MESSAGE = 80, ACK = 28, MAXIMUM = 700 };

typedef struct {
  uint8_t sender[16], receiver[16];
  uint32_t client, server, next[2];
  uint16_t port;
  uint64_t datetime;
} Flow;

typedef struct {
  uint8_t bytes[MAXIMUM];
  int length;
} Frame;

static uint64_t state, now;
static FILE *out;
static uint64_t frames, bytes, messages, swapped, repeated;

static uint64_t random64(void) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

static unsigned below(unsigned limit) { return (unsigned)(random64() >> 32) % limit; }

static void fill(uint8_t *to, int count) {
  for (; count >= 8; count -= 8, to += 8) {
    uint64_t value = random64();
    memcpy(to, &value, 8);
  }
  for (uint64_t value = random64(); count > 0; count--, value >>= 8) *to++ = (uint8_t)value;
}

static void put(uint8_t *to, uint64_t value, int count) {
  for (int i = count - 1; i >= 0; i--, value >>= 8) to[i] = (uint8_t)value;
}

static uint64_t sum(const uint8_t *from, int count, uint64_t total) {
  for (; count > 1; count -= 2, from += 2) total += (uint64_t)from[0] << 8 | from[1];
  return count ? total + ((uint64_t)from[0] << 8) : total;
}

static void checksum(uint8_t *to, uint64_t total) {
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  put(to, ~total & 0xffff, 2);
}

/* Puts Ethernet, IPv4 and TCP headers before `payload` bytes that are already in place. */
static void wrap(Frame *frame, Flow *flow, int from_server, uint32_t sequence, int flags, int payload) {
  static uint16_t identification;
  uint8_t *ip = frame->bytes + 14, *tcp = ip + 20;
  uint32_t source = from_server ? flow->server : flow->client, target = from_server ? flow->client : flow->server;
  put(frame->bytes, 0x020000000000 | target, 6);
  put(frame->bytes + 6, 0x020000000000 | source, 6);
  put(frame->bytes + 12, 0x0800, 2);
  put(ip, 0x4500, 2);
  put(ip + 2, (uint64_t)(40 + payload), 2);
  put(ip + 4, ++identification, 2);
  put(ip + 6, 0x4000400600000000, 8);
  put(ip + 12, source, 4);
  put(ip + 16, target, 4);
  put(ip + 10, 0, 2);
  checksum(ip + 10, sum(ip, 20, 0));
  put(tcp, from_server ? 5000 : flow->port, 2);
  put(tcp + 2, from_server ? flow->port : 5000, 2);
  put(tcp + 4, sequence, 4);
  put(tcp + 8, flags & 0x10 ? flow->next[!from_server] : 0, 4);
  put(tcp + 12, 0x5000 | (uint64_t)flags, 2);
  put(tcp + 14, 0xfaf000000000, 6);
  checksum(tcp + 16, sum(ip + 12, 8, sum(tcp, 20 + payload, (uint64_t)(6 + 20 + payload))));
  frame->length = HEADERS + payload;
}

static void emit(const Frame *frame) {
  uint32_t record[4] = {(uint32_t)(now / 1000000), (uint32_t)(now % 1000000), (uint32_t)frame->length, (uint32_t)frame->length};
  fwrite(record, RECORD, 1, out);
  fwrite(frame->bytes, (size_t)frame->length, 1, out);
  frames++;
  bytes += RECORD + (uint64_t)frame->length;
  now += 15 + below(50);
}

static void control(Flow *flow, int from_server, int flags) {
  Frame frame;
  wrap(&frame, flow, from_server, flow->next[from_server], flags, 0);
  if (flags & 0x03) flow->next[from_server]++;
  emit(&frame);
}

static void message(Flow *flow, Frame *frame) {
  uint8_t *at = frame->bytes + HEADERS;
  int body = 120 + (int)below(481);
  uint64_t datetime = now / 1000;
  flow->datetime = datetime > flow->datetime ? datetime : flow->datetime + 1;
  put(at, 0x0101, 2);
  at[2] = (uint8_t)(below(20) ? 0 : 1 + below(3));
  put(at + 3, (uint64_t)body, 2);
  put(at + 5, flow->datetime, 8);
  put(at + 13, 0, 3);
  memcpy(at + 16, flow->sender, 16);
  memcpy(at + 32, flow->receiver, 16);
  fill(at + 48, 32 + body);
  wrap(frame, flow, 0, flow->next[0], 0x18, MESSAGE + body);
  flow->next[0] += (uint32_t)(MESSAGE + body);
  messages++;
}

static void acknowledge(Flow *flow, const Frame *answered, Frame *frame) {
  uint8_t *at = frame->bytes + HEADERS;
  put(at, 0x01060100, 4);
  memcpy(at + 4, answered->bytes + HEADERS + 5, 8);
  memcpy(at + 12, flow->sender, 16);
  wrap(frame, flow, 1, flow->next[1], 0x18, ACK);
  flow->next[1] += ACK;
}

static void pair(const Frame *first, const Frame *second, int swap) {
  emit(swap ? second : first);
  emit(swap ? first : second);
  swapped += (uint64_t)swap;
}

/* One frame in a hundred is sent again: at once, or after what answers it. */
static const Frame *again(const Frame *frame) {
  if (below(100)) return NULL;
  repeated++;
  if (below(2)) return frame;
  emit(frame);
  return NULL;
}

static void exchange(Flow *flow) {
  Frame m[2], a[2];
  const Frame *late;
  message(flow, &m[0]);
  /* Two messages in flight, of which either they or their answers change places: one frame in a hundred, as most turns have two frames. */
  if (below(49) == 0) {
    int which = (int)below(2);
    message(flow, &m[1]);
    pair(&m[0], &m[1], which == 0);
    acknowledge(flow, &m[0], &a[0]);
    acknowledge(flow, &m[1], &a[1]);
    pair(&a[0], &a[1], which == 1);
    return;
  }
  emit(&m[0]);
  late = again(&m[0]);
  acknowledge(flow, &m[0], &a[0]);
  emit(&a[0]);
  if (late) emit(late);
  late = again(&a[0]);
  if (late) emit(late);
}

static void open_flow(Flow *flow, unsigned number) {
  *flow = (Flow){.client = 0x0a000000 | (1 + number / 200) << 8 | (1 + number % 200), .server = 0x0a010000 | (1 + number % 50)};
  flow->port = (uint16_t)(32768 + number * 7 % 28000);
  flow->next[0] = (uint32_t)random64();
  flow->next[1] = (uint32_t)random64();
  fill(flow->sender, 16);
  fill(flow->receiver, 16);
  control(flow, 0, 0x02);
  control(flow, 1, 0x12);
  control(flow, 0, 0x10);
}

int main(int count, char **arguments) {
  static Flow flows[FLOWS];
  static char buffer[1 << 20];
  uint64_t limit = (count > 2 ? strtoull(arguments[2], NULL, 10) : 500) * 1000000;
  uint32_t header[6] = {0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1};
  if (count < 2 || count > 4) return fprintf(stderr, "usage: generate FILE [MEGABYTES [SEED]]\n"), 2;
  state = count > 3 ? strtoull(arguments[3], NULL, 10) : 1;
  now = 1480000000000000;
  if (!(out = fopen(arguments[1], "wb"))) return perror(arguments[1]), 3;
  setvbuf(out, buffer, _IOFBF, sizeof buffer);
  fwrite(header, sizeof header, 1, out);
  for (unsigned i = 0; i < FLOWS; i++) open_flow(&flows[i], i);
  while (bytes + FLOWS * 3 * (RECORD + HEADERS) < limit) exchange(&flows[below(FLOWS)]);
  for (unsigned i = 0; i < FLOWS; i++) {
    control(&flows[i], 0, 0x11);
    control(&flows[i], 1, 0x11);
    control(&flows[i], 0, 0x10);
  }
  if (fflush(out) || ferror(out) || fclose(out)) return perror(arguments[1]), 3;
  printf("%llu frames, %llu messages, %llu out of order, %llu repeated\n", (unsigned long long)frames, (unsigned long long)messages,
         (unsigned long long)swapped, (unsigned long long)repeated);
  return 0;
}
