// Sends ready-made packets one after the other, each when the last one's 28-byte answer is there, and prints answers per second.
//
//     ping-pong PORT FILE FIRST COUNT [check]
//
// FILE holds packets, each behind its length (4 bytes, big-endian). FIRST and COUNT choose some of them. With `check`, every answer must be an
// ACK that accepts: 01 06 01 00.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { reply_size = 28 };

static unsigned char *whole_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) return NULL;
  *size = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*size + 4);
  if (!bytes || fread(bytes, 1, *size, file) != *size) return NULL;
  fclose(file);
  return bytes;
}

static int connect_to(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int connection = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address)) {
    perror("ping-pong: connect");
    exit(1);
  }
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return connection;
}

static void exchange(int connection, const unsigned char *packet, size_t length, int check) {
  unsigned char reply[reply_size];
  size_t have = 0;
  if (write(connection, packet, length) != (ssize_t)length) {
    perror("ping-pong: write");
    exit(1);
  }
  while (have < reply_size) {
    ssize_t count = read(connection, reply + have, reply_size - have);
    if (count <= 0) {
      fprintf(stderr, "ping-pong: the other side closed\n");
      exit(1);
    }
    have += (size_t)count;
  }
  if (check && memcmp(reply, "\x01\x06\x01\x00", 4)) {
    fprintf(stderr, "ping-pong: refused with error %d\n", reply[3]);
    exit(1);
  }
}

int main(int count, char **arguments) {
  size_t size, at = 0, skipped = 0, sent = 0;
  unsigned char *bytes;
  if (count < 5 || !(bytes = whole_file(arguments[2], &size))) {
    fprintf(stderr, "usage: ping-pong PORT FILE FIRST COUNT [check]\n");
    return 2;
  }
  size_t first = strtoul(arguments[3], NULL, 10), wanted = strtoul(arguments[4], NULL, 10);
  int connection = connect_to(arguments[1]);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (at + 4 <= size && sent < wanted) {
    uint32_t length;
    memcpy(&length, bytes + at, 4);
    length = ntohl(length);
    at += 4;
    if (length > size - at) break;
    if (skipped < first) skipped++;
    else {
      if (sent == 0) clock_gettime(CLOCK_MONOTONIC, &start);
      exchange(connection, bytes + at, length, count > 5);
      sent++;
    }
    at += length;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  if (sent != wanted) {
    fprintf(stderr, "ping-pong: the file has only %zu packets from the %zuth on\n", sent, first);
    return 1;
  }
  printf("%.0f\n", (double)sent / seconds);
  return 0;
}
