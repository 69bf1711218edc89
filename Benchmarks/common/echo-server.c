// The yardstick for peers and fuzzers: an epoll server that answers every REQUEST bytes with 28, whatever they are.
//
//     echo-server REQUEST        prints the port it listens on (127.0.0.1), serves until killed
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { reply_size = 28, connections = 4096 };

static size_t request_size;
static size_t received[connections];  // bytes of the unfinished request, by descriptor

static int listen_on_loopback(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024) ||
      getsockname(listener, (struct sockaddr *)&address, &size)) {
    perror("echo-server");
    exit(1);
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void watch(int poller, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) {
    perror("epoll_ctl");
    exit(1);
  }
}

static void accept_all(int poller, int listener) {
  int connection, one = 1;
  while ((connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (connection >= connections) {
      close(connection);
      continue;
    }
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    received[connection] = 0;
    watch(poller, connection);
  }
}

static void serve(int connection) {
  static char in[1 << 16], out[(1 << 16) / 1 + reply_size];
  ssize_t count = read(connection, in, sizeof in);
  if (count <= 0) {
    if (count == 0 || errno != EAGAIN) close(connection);
    return;
  }
  received[connection] += (size_t)count;
  size_t replies = received[connection] / request_size;
  received[connection] %= request_size;
  if (replies * reply_size > sizeof out) replies = sizeof out / reply_size;
  if (replies && write(connection, out, replies * reply_size) < 0) close(connection);
}

int main(int count, char **arguments) {
  if (count != 2 || (request_size = strtoul(arguments[1], NULL, 10)) == 0) {
    fprintf(stderr, "usage: echo-server REQUEST\n");
    return 2;
  }
  int listener = listen_on_loopback(), poller = epoll_create1(0);
  watch(poller, listener);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(poller, events, 256, -1);
    for (int index = 0; index < ready; index++) {
      if (events[index].data.fd == listener) accept_all(poller, listener);
      else serve(events[index].data.fd);
    }
  }
}
