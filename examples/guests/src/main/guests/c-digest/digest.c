/*
 * A guest with the flat ABI "packed": alloc, free, and functions that take
 * (ptr, len) and answer ptr << 32 | len. It needs nothing from its host.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "sha256.h"

#define EXPORT(name) __attribute__((export_name(name)))

typedef uint64_t packed;

/* The last result of sha256 or sum. */
static char result[2 * SHA256_BYTES];

static packed pack(const void *ptr, size_t len) {
    return (uint64_t)(uintptr_t)ptr << 32 | len;
}

EXPORT("alloc") void *guest_alloc(size_t len) {
    return malloc(len > 0 ? len : 1);
}

EXPORT("free") void guest_free(void *ptr) {
    free(ptr);
}

/* Returns its input region. */
EXPORT("echo") packed guest_echo(const uint8_t *ptr, size_t len) {
    return pack(ptr, len);
}

/* SHA-256 as 64 lower-case hex digits. */
EXPORT("sha256") packed guest_sha256(const uint8_t *ptr, size_t len) {
    uint8_t digest[SHA256_BYTES];
    sha256(ptr, len, digest);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        result[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        result[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    return pack(result, 2 * SHA256_BYTES);
}

/* The sum of all bytes, in decimal. */
EXPORT("sum") packed guest_sum(const uint8_t *ptr, size_t len) {
    uint64_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += ptr[i];

    char *const end = result + sizeof result;
    char *digit = end;
    do {
        *--digit = (char)('0' + sum % 10);
        sum /= 10;
    } while (sum > 0);
    return pack(digit, (size_t)(end - digit));
}

/* Never returns: for tests of deadlines and interrupts. */
EXPORT("spin") packed guest_spin(const uint8_t *ptr, size_t len) {
    (void)ptr, (void)len;
    volatile uint32_t turns = 0;
    for (;;)
        turns = turns + 1;
}

/* Traps at once: for tests of what happens then. */
EXPORT("trap") packed guest_trap(const uint8_t *ptr, size_t len) {
    (void)ptr, (void)len;
    __builtin_trap();
}
