/* The guest's side of the contract: blocks for the host, room for answers, ways out. */
#include "guest.h"

#include <string.h>

#include "platform.h"

#define EXPORT(name) __attribute__((export_name(name)))

/* Room that a call took, in a list, newest first; the bytes follow. */
typedef struct room {
    struct room *before;
    uint64_t bytes[];
} room;

static _Thread_local room *rooms;
static _Thread_local uint8_t small[64];

EXPORT("alloc") void *export_alloc(size_t length) {
    return block_lend(length > 0 ? length : 1);
}

EXPORT("free") void export_free(void *block) {
    block_give_back(block);
}

uint8_t *guest_room(uint64_t length) {
    if (length > PTRDIFF_MAX)
        return NULL;
    room *taken = block_take(sizeof(room) + (size_t)length);
    if (!taken)
        return NULL;
    taken->before = rooms;
    rooms = taken;
    return (uint8_t *)taken->bytes;
}

void guest_begin(void) {
    while (rooms) {
        room *last = rooms;
        rooms = last->before;
        block_give_back(last);
    }
}

answer failed(const char *word) {
    return (answer){{(const uint8_t *)word, strlen(word)}, true};
}

answer reply_number(uint64_t number) {
    uint8_t *const end = small + sizeof small;
    uint8_t *digit = end;
    do {
        *--digit = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return reply(digit, (size_t)(end - digit));
}

answer reply_hex(const uint8_t digest[32]) {
    for (size_t i = 0; i < 32; i++) {
        small[2 * i] = (uint8_t)"0123456789abcdef"[digest[i] >> 4];
        small[2 * i + 1] = (uint8_t)"0123456789abcdef"[digest[i] & 15];
    }
    return reply(small, sizeof small);
}

#if GUEST_RESULT == PREFIXED

const void *guest_prefixed(answer given) {
    static const struct {
        uint32_t length;
        char word[9];
    } no_memory = {sizeof no_memory.word | ERROR_BIT, "no-memory"};
    uint8_t *copy = guest_room(sizeof(uint32_t) + given.text.length);
    if (!copy)
        return &no_memory;
    uint32_t length = (uint32_t)given.text.length | (given.failed ? ERROR_BIT : 0);
    memcpy(copy, &length, sizeof length);
    if (given.text.length > 0)
        memcpy(copy + sizeof length, given.text.at, given.text.length);
    return copy;
}

#elif GUEST_RESULT == OUT_POINTER

void guest_out(answer given, uint32_t out[2]) {
    out[0] = (uint32_t)(uintptr_t)given.text.at;
    out[1] = (uint32_t)given.text.length | (given.failed ? ERROR_BIT : 0);
}

#elif GUEST_RESULT == GETTERS

enum { OUTPUT, UNCHANGED, ERROR };

static bytes last;

EXPORT("result_ptr") const uint8_t *result_ptr(void) {
    return last.at;
}

EXPORT("result_len") size_t result_len(void) {
    return last.length;
}

int32_t guest_status(answer given, bytes input) {
    last = given.text;
    if (given.failed)
        return ERROR;
    return given.text.at == input.at && given.text.length == input.length ? UNCHANGED : OUTPUT;
}

#endif
