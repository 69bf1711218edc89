#pragma once

/* sendmmsg is a GNU extension, which Swift's view of the C library leaves out: declared here, under a name of our own and without any header, since what a
   header declares would then belong to this module. `messages` are struct mmsghdr: a struct msghdr and an unsigned int. */
int s2wmp_sendmmsg(int descriptor, void *messages, unsigned int count, int flags) __asm__("sendmmsg");
