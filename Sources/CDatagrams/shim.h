#ifndef S2WMP_DATAGRAMS_H
#define S2WMP_DATAGRAMS_H

#include <sys/socket.h>

/* sendmmsg is a GNU extension, which the Swift overlay of the C library leaves out: declared here, under a name of our own. */
struct s2wmp_message {
  struct msghdr header;
  unsigned int length;
};

int s2wmp_sendmmsg(int descriptor, struct s2wmp_message *messages, unsigned int count, int flags) __asm__("sendmmsg");

#endif
