#pragma once

/// Asks the processor to bring a cache line near that will be read soon. Harmless for any address.
static inline void s2wmp_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// The same for a line that will be written.
static inline void s2wmp_prefetch_to_write(const void *address) { __builtin_prefetch(address, 1, 3); }
