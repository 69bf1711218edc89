#pragma once
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/types.h>
#include <pcap/pcap.h>

typedef ssize_t (*s2wmp_read_function)(void *cookie, char *buffer, size_t size);

// glibc's `fopencookie` and its functions, named by us: the headers show them only under _GNU_SOURCE, which changes types that Swift imports too.
struct s2wmp_cookie_functions {
  s2wmp_read_function read;
  void *write;
  void *seek;
  void *close;
};
extern FILE *s2wmp_fopencookie(void *cookie, const char *mode, struct s2wmp_cookie_functions functions) __asm__("fopencookie");

// A FILE* that reads through `read`, buffered in `buffer` and without a lock for each call: only one thread at a time uses it.
static inline FILE *s2wmp_open_cookie(void *cookie, s2wmp_read_function read, char *buffer, size_t size) {
  struct s2wmp_cookie_functions functions = {read, NULL, NULL, NULL};
  FILE *file = s2wmp_fopencookie(cookie, "rb", functions);
  if (file != NULL) {
    setvbuf(file, buffer, _IOFBF, size);
    __fsetlocking(file, FSETLOCKING_BYCALLER);
  }
  return file;
}
