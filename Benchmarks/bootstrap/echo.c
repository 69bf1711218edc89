// A bare UDP echo of a bootstrap server's sizes: 52 bytes in, 70 out. The yardstick. Prints its port, then serves until it is ended.
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  int size = 4 << 20;
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  if (bind(s, (struct sockaddr *)&a, n) || getsockname(s, (struct sockaddr *)&a, &n)) return perror("echo"), 1;
  printf("%d\n", ntohs(a.sin_port));
  fflush(stdout);
  unsigned char b[2048] = {0};
  for (;;) {
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    if (recvfrom(s, b, sizeof b, 0, (struct sockaddr *)&from, &length) < 0) return perror("echo"), 1;
    sendto(s, b, 70, 0, (struct sockaddr *)&from, length);
  }
}
