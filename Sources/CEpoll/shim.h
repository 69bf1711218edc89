#pragma once

#include <sys/epoll.h>

/* What Swift's view of the C library leaves out: declared here under names of our own. */
int s2wmp_pipe2(int *descriptors, int flags) __asm__("pipe2");
long s2wmp_syscall(long number, ...) __asm__("syscall");

/* pidfd_open has the same number on every architecture; older C libraries have no function for it. */
static inline int s2wmp_pidfd_open(int process) { return (int)s2wmp_syscall(434, process, 0); }
