/*
 * What only instances on one memory can do: several of them work on one buffer, and one waits for
 * the others. publish puts a buffer there, work hashes pieces of it until none is left, collect
 * waits until all are done. Any instance may call any of them. An instance that is stopped while it
 * works leaves a piece undone for good: then collect waits until its own deadline, and publish is
 * busy, until the host takes another memory. One that is stopped while it publishes or collects
 * keeps the others from both until the next instance starts in its slot.
 */
#include <stdatomic.h>
#include <string.h>

#include "../c/platform.h"
#include "../c/sha256.h"
#include "slots.h"

#define PIECE_BYTES 4096u
#define MOST_BYTES (16u << 20)
#define MOST_PIECES (MOST_BYTES / PIECE_BYTES)

static uint8_t *buffer; /* of MOST_BYTES, once something was published */
static uint8_t digests[MOST_PIECES][SHA256_BYTES];
static uint32_t length;

/*
 * In the upper half the pieces that nobody has begun, in the lower half those that are not hashed:
 * whoever collects waits there. In one word, so that all pieces of a buffer are there at once, and
 * nobody begins a piece of another buffer than the one that he has seen.
 */
static _Atomic uint64_t pieces;

/* Who publishes or collects, which is for one instance at a time: its slot and 1 more, or 0. */
static _Atomic uint32_t holder;

static uint32_t unbegun(uint64_t seen) {
    return (uint32_t)(seen >> 32);
}

static uint32_t undone(uint64_t seen) {
    return (uint32_t)seen;
}

static void wait_while(const void *word, uint32_t seen) {
    __builtin_wasm_memory_atomic_wait32((int32_t *)word, (int32_t)seen, -1);
}

static void wake_all(const void *word) {
    __builtin_wasm_memory_atomic_notify((int32_t *)word, UINT32_MAX);
}

/* Who holds it, if anybody does: then this instance has not got it. */
static uint32_t take_hold(void) {
    uint32_t by = 0;
    atomic_compare_exchange_strong(&holder, &by, own_slot() + 1);
    return by;
}

void release_hold(void) {
    uint32_t self = own_slot() + 1;
    if (atomic_compare_exchange_strong(&holder, &self, 0))
        wake_all(&holder);
}

static answer published(bytes input) {
    if (undone(atomic_load(&pieces)) > 0)
        return failed("busy");
    if (!buffer) {
        size_t page = __builtin_wasm_memory_grow(0, MOST_BYTES / 65536);
        if (page == SIZE_MAX)
            return failed("no-memory");
        buffer = (uint8_t *)(page * 65536);
    }
    memcpy(buffer, input.at, input.length);
    length = (uint32_t)input.length;
    uint32_t count = (length + PIECE_BYTES - 1) / PIECE_BYTES;
    atomic_store(&pieces, (uint64_t)count << 32 | count);
    return reply_number(count);
}

/* A buffer of up to 16 MiB; how many pieces it has. Not before the last one is done. */
static answer publish(bytes input) {
    if (input.length > MOST_BYTES)
        return failed("too-large");
    if (take_hold())
        return failed("busy");
    answer given = published(input);
    release_hold();
    return given;
}
GUEST_EXPORT("publish", publish)

/* How many pieces this call has hashed. */
static answer work(bytes input) {
    (void)input;
    uint32_t hashed = 0;
    uint64_t seen = atomic_load(&pieces);
    while (unbegun(seen) > 0) {
        if (!atomic_compare_exchange_strong(&pieces, &seen, seen - (UINT64_C(1) << 32)))
            continue;
        uint32_t piece = unbegun(seen) - 1;
        uint32_t from = piece * PIECE_BYTES;
        uint32_t rest = length - from;
        sha256(buffer + from, rest < PIECE_BYTES ? rest : PIECE_BYTES, digests[piece]);
        hashed++;
        seen = atomic_fetch_sub(&pieces, 1) - 1;
        if (undone(seen) == 0)
            wake_all(&pieces);
    }
    return reply_number(hashed);
}
GUEST_EXPORT("work", work)

/* Takes hold of a buffer whose pieces are all done. */
static void take_hold_when_done(void) {
    for (;;) {
        uint64_t seen = atomic_load(&pieces);
        if (undone(seen) > 0) {
            wait_while(&pieces, undone(seen));
            continue;
        }
        uint32_t by = take_hold();
        if (by)
            wait_while(&holder, by);
        else if (undone(atomic_load(&pieces)) == 0)
            return;
        else
            release_hold();
    }
}

/* SHA-256 over the pieces' digests, in their order; waits for those that are not done. */
static answer collect(bytes input) {
    (void)input;
    take_hold_when_done();
    uint32_t count = (length + PIECE_BYTES - 1) / PIECE_BYTES;
    uint8_t digest[SHA256_BYTES];
    sha256(digests[0], count * SHA256_BYTES, digest);
    release_hold();
    return reply_hex(digest);
}
GUEST_EXPORT("collect", collect)
