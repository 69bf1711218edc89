#pragma once
#include <zlib.h>

// Prepares to inflate gzip members (`inflateInit2` is a macro, which Swift does not import).
static inline int s2wmp_inflate_start(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
