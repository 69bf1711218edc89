// Loads a bootstrap server, or the bare echo, over UDP on loopback.
//
//   load PORT register COUNT               registers COUNT IDs; ends when every one is answered with status 0
//   load PORT lookup COUNT SECONDS WINDOW  looks up random ones of them, WINDOW requests outstanding; every answer is checked
//   load PORT echo COUNT SECONDS WINDOW    the same requests, answers checked by their length only
//
// Prints answers a second.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, SIZE = 128 };
static unsigned char out[BATCH][SIZE], in[BATCH][SIZE];
static struct iovec outv[BATCH], inv[BATCH];
static struct mmsghdr outm[BATCH], inm[BATCH];

static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

static void id(unsigned char *to, uint32_t index) {
  uint64_t halves[2] = {mix(index * 2u), mix(index * 2u + 1)};
  memcpy(to, halves, 16);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(1);
}

static int receive(int s, int milliseconds) {
  struct pollfd p = {.fd = s, .events = POLLIN};
  int got = recvmmsg(s, inm, BATCH, MSG_DONTWAIT, NULL);
  if (got > 0) return got;
  if (poll(&p, 1, milliseconds) <= 0) return 0;
  got = recvmmsg(s, inm, BATCH, MSG_DONTWAIT, NULL);
  return got < 0 ? 0 : got;
}

static void transmit(int s, int count) {
  for (int done = 0; done < count;) {
    int sent = sendmmsg(s, outm + done, count - done, 0);
    if (sent < 0) fail("cannot send");
    done += sent;
  }
}

static void enroll(int s, uint32_t total) {
  unsigned char *done = calloc(total, 1);
  if (!done) fail("no memory");
  uint32_t left = total;
  double start = now();
  while (left) {
    for (uint32_t at = 0; at < total;) {
      int count = 0;
      for (; at < total && count < BATCH; at++) {
        if (done[at]) continue;
        unsigned char *p = out[count];
        p[0] = 1, p[1] = 2;
        memset(p + 2, 0, 8), memcpy(p + 2, &at, 4);
        id(p + 10, at);
        outv[count++].iov_len = 26;
      }
      transmit(s, count);
      for (int waiting = count; waiting > 0;) {
        int got = receive(s, 200);
        if (!got) break;
        for (int i = 0; i < got; i++) {
          uint32_t index;
          memcpy(&index, in[i] + 3, 4);
          if (inm[i].msg_len != 11 || in[i][1] != 9 || index >= total) fail("that is no registration response");
          if (in[i][2]) fail("a registration was refused");
          if (!done[index]) done[index] = 1, left--, waiting--;
        }
      }
    }
  }
  printf("%.0f\n", total / (now() - start));
}

static void look_up(int s, uint32_t total, double seconds, int window, int checks) {
  uint64_t answers = 0, sequence = 0, random = 1;
  int outstanding = 0;
  double start = now(), end = start + seconds;
  while (now() < end) {
    while (outstanding < window) {
      int count = window - outstanding < BATCH ? window - outstanding : BATCH;
      for (int i = 0; i < count; i++) {
        unsigned char *p = out[i];
        random = mix(random);
        uint32_t target = random % total;
        memset(p, 0, 52);
        p[0] = 1, p[1] = 4;
        memcpy(p + 10, &target, 4), sequence++;
        id(p + 20, sequence % total);
        id(p + 36, target);
        outv[i].iov_len = 52;
      }
      transmit(s, count);
      outstanding += count;
    }
    int got = receive(s, 100);
    if (!got) outstanding = 0;  // lost: all anew
    for (int i = 0; i < got; i++) {
      if (inm[i].msg_len != 70) fail("an answer of a wrong length");
      if (!checks) continue;
      uint32_t target;
      unsigned char wanted[16];
      memcpy(&target, in[i] + 10, 4);
      id(wanted, target);
      if (in[i][1] != 5 || in[i][18] || memcmp(in[i] + 36, wanted, 16)) fail("a wrong answer");
    }
    answers += got;
    outstanding = outstanding > got ? outstanding - got : 0;
  }
  printf("%.0f\n", answers / (now() - start));
}

int main(int argc, char **argv) {
  if (argc < 4) fail("usage: load PORT register COUNT | lookup|echo COUNT SECONDS WINDOW");
  for (int i = 0; i < BATCH; i++) {
    outv[i].iov_base = out[i], inv[i].iov_base = in[i], inv[i].iov_len = SIZE;
    outm[i].msg_hdr.msg_iov = &outv[i], outm[i].msg_hdr.msg_iovlen = 1;
    inm[i].msg_hdr.msg_iov = &inv[i], inm[i].msg_hdr.msg_iovlen = 1;
  }
  int s = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20;
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(atoi(argv[1]))};
  if (connect(s, (struct sockaddr *)&a, sizeof a)) fail("cannot connect");
  uint32_t total = atoi(argv[3]);
  if (!strcmp(argv[2], "register")) return enroll(s, total), 0;
  if (argc < 6) fail("lookup and echo take COUNT SECONDS WINDOW");
  look_up(s, total, atof(argv[4]), atoi(argv[5]), !strcmp(argv[2], "lookup"));
}
