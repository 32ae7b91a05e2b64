/*
 * What the author of a function sees: a function takes its input and returns an answer, and
 * GUEST_EXPORT makes an export of it. How the answer crosses to the host is chosen when guest.c is
 * compiled, by GUEST_RESULT; the functions know nothing of it.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKED 1
#define PREFIXED 2
#define OUT_POINTER 3
#define GETTERS 4

#ifndef GUEST_RESULT
#define GUEST_RESULT PACKED
#endif

typedef struct {
    const uint8_t *at;
    size_t length;
} bytes;

/* The bytes of a reply, or the word of an error. They have to stay until the next call. */
typedef struct {
    bytes text;
    bool failed;
} answer;

typedef answer guest_function(bytes input);

static inline answer reply(const void *at, size_t length) {
    return (answer){{at, length}, false};
}

/*
 * Room of the caller's own until the next call, or null when there is none. The length is wider than
 * an address, so that a product of lengths does not wrap.
 */
uint8_t *guest_room(uint64_t length);

answer failed(const char *word);

/* A number in decimal. */
answer reply_number(uint64_t number);

/* The reply is 64 lower-case hex digits. */
answer reply_hex(const uint8_t digest[32]);

/* What each call of an export begins with: it gives back the room of the call before. */
void guest_begin(void);

/* An answer's length with this bit is that of an error's word. */
#define ERROR_BIT 0x80000000u

/* Where the answers to GUEST_EXPORT's exports go. */
#if GUEST_RESULT == PACKED
static inline uint64_t guest_packed(answer given) {
    uint32_t length = (uint32_t)given.text.length | (given.failed ? ERROR_BIT : 0);
    return (uint64_t)(uintptr_t)given.text.at << 32 | length;
}
#define GUEST_EXPORT(name, function)                                                              \
    __attribute__((export_name(name))) uint64_t export_##function(const uint8_t *at, size_t n) {  \
        guest_begin();                                                                            \
        return guest_packed(function((bytes){at, n}));                                            \
    }
#elif GUEST_RESULT == PREFIXED
const void *guest_prefixed(answer given);
#define GUEST_EXPORT(name, function)                                                              \
    __attribute__((export_name(name))) const void *export_##function(const uint8_t *at, size_t n) \
    {                                                                                             \
        guest_begin();                                                                            \
        return guest_prefixed(function((bytes){at, n}));                                          \
    }
#elif GUEST_RESULT == OUT_POINTER
void guest_out(answer given, uint32_t out[2]);
#define GUEST_EXPORT(name, function)                                                              \
    __attribute__((export_name(name))) void export_##function(const uint8_t *at, size_t n,        \
                                                              uint32_t out[2]) {                  \
        guest_begin();                                                                            \
        guest_out(function((bytes){at, n}), out);                                                 \
    }
#elif GUEST_RESULT == GETTERS
int32_t guest_status(answer given, bytes input);
#define GUEST_EXPORT(name, function)                                                              \
    __attribute__((export_name(name))) int32_t export_##function(const uint8_t *at, size_t n) {   \
        guest_begin();                                                                            \
        return guest_status(function((bytes){at, n}), (bytes){at, n});                            \
    }
#endif

#endif
