/*
 * What only instances on one memory can do: several of them work on one buffer, and one waits for
 * the others. publish puts a buffer there, work hashes pieces of it until none is left, collect
 * waits until all are done. Any instance may call any of them. An instance that is stopped while it
 * works leaves a piece undone: then collect waits until its own deadline.
 */
#include <stdatomic.h>
#include <string.h>

#include "../c/platform.h"
#include "../c/sha256.h"

#define PIECE_BYTES 4096u
#define MOST_BYTES (16u << 20)
#define MOST_PIECES (MOST_BYTES / PIECE_BYTES)

static uint8_t *buffer; /* of MOST_BYTES, once something was published */
static uint8_t digests[MOST_PIECES][SHA256_BYTES];
static uint32_t length;
static _Atomic uint32_t publishing;
static _Atomic uint32_t pieces; /* how many there are */
static _Atomic uint32_t next;   /* the first that nobody has begun */
static _Atomic uint32_t done;   /* how many are hashed: whoever collects waits here */

/* A buffer of up to 16 MiB; how many pieces it has. Not before the last one is done. */
static answer publish(bytes input) {
    if (input.length > MOST_BYTES)
        return failed("too-large");
    if (atomic_exchange(&publishing, 1))
        return failed("busy");
    answer given;
    uint32_t count = ((uint32_t)input.length + PIECE_BYTES - 1) / PIECE_BYTES;
    if (atomic_load(&done) != atomic_load(&pieces)) {
        given = failed("busy");
    } else {
        if (!buffer) {
            size_t page = __builtin_wasm_memory_grow(0, MOST_BYTES / 65536);
            buffer = page == SIZE_MAX ? NULL : (uint8_t *)(page * 65536);
        }
        if (!buffer) {
            given = failed("no-memory");
        } else {
            memcpy(buffer, input.at, input.length);
            length = (uint32_t)input.length;
            /* Nobody begins a piece until next is back: pieces comes before it. */
            atomic_store(&next, UINT32_MAX / 2);
            atomic_store(&done, 0);
            atomic_store(&pieces, count);
            atomic_store(&next, 0);
            __builtin_wasm_memory_atomic_notify((int32_t *)&done, UINT32_MAX);
            given = reply_number(count);
        }
    }
    atomic_store(&publishing, 0);
    return given;
}
GUEST_EXPORT("publish", publish)

/* How many pieces this call has hashed. */
static answer work(bytes input) {
    (void)input;
    uint32_t hashed = 0;
    for (;;) {
        uint32_t piece = atomic_fetch_add(&next, 1);
        if (piece >= atomic_load(&pieces))
            return reply_number(hashed);
        uint32_t from = piece * PIECE_BYTES;
        uint32_t rest = length - from;
        sha256(buffer + from, rest < PIECE_BYTES ? rest : PIECE_BYTES, digests[piece]);
        hashed++;
        if (atomic_fetch_add(&done, 1) + 1 == atomic_load(&pieces))
            __builtin_wasm_memory_atomic_notify((int32_t *)&done, UINT32_MAX);
    }
}
GUEST_EXPORT("work", work)

/* SHA-256 over the pieces' digests, in their order; waits for those that are not done. */
static answer collect(bytes input) {
    (void)input;
    for (;;) {
        uint32_t seen = atomic_load(&done);
        if (seen == atomic_load(&pieces))
            break;
        __builtin_wasm_memory_atomic_wait32((int32_t *)&done, (int32_t)seen, -1);
    }
    uint8_t digest[SHA256_BYTES];
    sha256(digests[0], atomic_load(&pieces) * SHA256_BYTES, digest);
    return reply_hex(digest);
}
GUEST_EXPORT("collect", collect)
