/* The platform of a guest with a memory of its own, on wasi-libc. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "platform.h"

#define PAGE_BYTES 65536u

void *block_take(size_t length) {
    return malloc(length);
}

void block_give_back(void *block) {
    free(block);
}

uint64_t next_count(void) {
    static uint64_t count;
    return ++count;
}

int32_t hold_pages(uint32_t pages) {
    static void *held; /* a list: the compiler leaves out a malloc that nothing uses */
    static uint32_t count;
    if (pages > 0) {
        void *block = malloc((size_t)pages * PAGE_BYTES);
        if (!block)
            return -1;
        *(void **)block = held;
        held = block;
        count += pages;
    }
    return (int32_t)count;
}

bool environment(bytes name, bytes *value) {
    if (name.length > PTRDIFF_MAX || memchr(name.at, 0, name.length))
        return false;
    char *terminated = (char *)guest_room(name.length + 1);
    if (!terminated)
        return false;
    memcpy(terminated, name.at, name.length);
    terminated[name.length] = 0;
    const char *found = getenv(terminated);
    if (!found)
        return false;
    *value = (bytes){(const uint8_t *)found, strlen(found)};
    return true;
}

bool realtime(uint64_t *nanoseconds) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return false;
    *nanoseconds = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    return true;
}

bool print(bytes text) {
    return write(STDOUT_FILENO, text.at, text.length) == (ssize_t)text.length;
}
