/* The memory of a guest that has one of its own, by wasi-libc. */
#include <stdlib.h>

#include "platform.h"

#define PAGE_BYTES 65536u

void *block_take(size_t length) {
    return malloc(length);
}

void *block_lend(size_t length) {
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
