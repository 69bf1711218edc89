#pragma once

#include <stddef.h>
#include <stdint.h>

/* The linker puts these around the counters of all code built with -sanitize-coverage=inline-8bit-counters. Without any, there are none or they are equal. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak, visibility("hidden")));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak, visibility("hidden")));

static inline uint8_t *s2wmp_counters(void) { return __start___sancov_cntrs; }
static inline size_t s2wmp_counter_count(void) {
  return __start___sancov_cntrs ? (size_t)(__stop___sancov_cntrs - __start___sancov_cntrs) : 0;
}
