// The yardstick for a fuzzer: sends requests of one size, takes 28-byte answers, does nothing else, and prints answers per second.
//
//     requests PORT SIZE COUNT one              one in flight on one connection
//     requests PORT SIZE COUNT pipeline DEPTH   DEPTH in flight on one connection
//     requests PORT SIZE COUNT fin              a connection for each request, closed
//     requests PORT SIZE COUNT reset            a connection for each request, reset (SO_LINGER of 0 seconds)
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { reply_size = 28, deepest = 256, largest = 1 << 16 };

static struct sockaddr_in server;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int connect_to_server(void) {
  int one = 1, connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connection < 0) fail("requests: socket");
  // Ports of connections that were closed a moment ago come back after a second.
  while (connect(connection, (struct sockaddr *)&server, sizeof server)) {
    if (errno != EADDRNOTAVAIL) fail("requests: connect");
    usleep(1000);
  }
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return connection;
}

static void send_all(int connection, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(connection, bytes, size);
    if (count <= 0) fail("requests: write");
    bytes += count;
    size -= (size_t)count;
  }
}

// Reads until at least one answer is whole; gives how many are. `have`: bytes of the next one.
static size_t take_answers(int connection, size_t *have) {
  static char in[deepest * reply_size];
  size_t whole;
  do {
    ssize_t count = read(connection, in, sizeof in);
    if (count <= 0) {
      fprintf(stderr, "requests: the other side closed\n");
      exit(1);
    }
    *have += (size_t)count;
    whole = *have / reply_size;
  } while (whole == 0);
  *have %= reply_size;
  return whole;
}

static void keep_connection(const char *requests, size_t size, size_t count, size_t depth) {
  int connection = connect_to_server();
  size_t sent = depth < count ? depth : count, answered = 0, have = 0;
  send_all(connection, requests, sent * size);
  while (answered < count) {
    size_t whole = take_answers(connection, &have), more = whole < count - sent ? whole : count - sent;
    answered += whole;
    sent += more;
    send_all(connection, requests, more * size);
  }
  close(connection);
}

static void fresh_connections(const char *request, size_t size, size_t count, int resets) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  while (count-- > 0) {
    int connection = connect_to_server();
    size_t have = 0;
    send_all(connection, request, size);
    take_answers(connection, &have);
    if (resets) setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(connection);
  }
}

int main(int count, char **arguments) {
  size_t size = count > 4 ? strtoul(arguments[2], NULL, 10) : 0, requests = count > 4 ? strtoul(arguments[3], NULL, 10) : 0, depth = 1;
  const char *mode = count > 4 ? arguments[4] : "";
  int pipelines = strcmp(mode, "pipeline") == 0, resets = strcmp(mode, "reset") == 0, fresh = resets || strcmp(mode, "fin") == 0;
  if (pipelines) depth = count > 5 ? strtoul(arguments[5], NULL, 10) : 0;
  if (size < 1 || size > largest || requests < 1 || depth < 1 || depth > deepest || !(pipelines || fresh || strcmp(mode, "one") == 0)) {
    fprintf(stderr, "usage: requests PORT SIZE COUNT one|fin|reset|pipeline DEPTH\n");
    return 2;
  }
  char *bytes = calloc(depth, size);
  if (!bytes) fail("requests");
  server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (fresh) fresh_connections(bytes, size, requests, resets);
  else keep_connection(bytes, size, requests, depth);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  printf("%.0f\n", (double)requests / seconds);
  free(bytes);
  return 0;
}
