/* What the functions need of the machine beneath them: wasi-libc, or nothing but shared memory. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include "guest.h"

/* A block that starts at a multiple of 8, or null. */
void *block_take(size_t length);

/* The same for the host, which may keep it beyond the end of this instance, on a shared memory. */
void *block_lend(size_t length);

/* Null is harmless. */
void block_give_back(void *block);

/* One more than the call before answered; all instances on one memory count together. */
uint64_t next_count(void);

/* Holds that many pages of 64 KiB more, for good; the pages held in all, or -1 if there are none. */
int32_t hold_pages(uint32_t pages);

/* The value of an environment variable; null, or the word of the error. */
const char *environment(bytes name, bytes *value);

/* Nanoseconds since 1970. */
bool realtime(uint64_t *nanoseconds);

/* To standard output. */
bool print(bytes text);

#endif
