/*
 * WASI preview 1 as it is, for every platform: wasi-libc ends the instance where it is refused the
 * environment or has no memory for it, and there is none for a shared memory.
 */
#include <string.h>

#include "platform.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))

WASI("environ_sizes_get") int32_t wasi_environ_sizes(size_t *count, size_t *length);
WASI("environ_get") int32_t wasi_environ(uint8_t **pointers, uint8_t *text);
WASI("clock_time_get") int32_t wasi_clock(int32_t clock, int64_t precision, uint64_t *time);
WASI("fd_write") int32_t wasi_write(int32_t fd, const bytes *parts, size_t count, size_t *written);

const char *environment(bytes name, bytes *value) {
    size_t count, length;
    if (wasi_environ_sizes(&count, &length) != 0)
        return "denied";
    uint8_t **pointers = (uint8_t **)guest_room((uint64_t)count * sizeof *pointers);
    uint8_t *text = guest_room(length);
    if (!pointers || !text)
        return "no-memory";
    if (wasi_environ(pointers, text) != 0)
        return "denied";
    for (size_t i = 0; i < count; i++) {
        const uint8_t *end = pointers[i] + strlen((char *)pointers[i]);
        const uint8_t *equals = memchr(pointers[i], '=', (size_t)(end - pointers[i]));
        if (equals && (size_t)(equals - pointers[i]) == name.length
            && memcmp(pointers[i], name.at, name.length) == 0) {
            *value = (bytes){equals + 1, (size_t)(end - equals - 1)};
            return NULL;
        }
    }
    return "unset";
}

bool realtime(uint64_t *nanoseconds) {
    return wasi_clock(0, 1, nanoseconds) == 0;
}

bool print(bytes text) {
    size_t written;
    return wasi_write(1, &text, 1, &written) == 0 && written == text.length;
}
