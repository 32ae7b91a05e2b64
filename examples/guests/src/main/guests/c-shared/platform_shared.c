/*
 * The platform of several instances on one shared memory, without a libc: Debian's is not built
 * for that.
 *
 * There is no lock, which an instance that is stopped would keep. memory.grow gives every caller
 * pages of its own; each slot keeps a list of the blocks that it has cut from its pages, and only
 * the instance in that slot touches the list. The next instance in the slot takes all of it over,
 * but for what is lent to the host: that is the host's until it gives it back, through any instance.
 */
#include <stdatomic.h>
#include <string.h>

#include "../c/platform.h"
#include "slots.h"

#define SLOTS 1024 /* start.s knows it, too */
#define PAGE_BYTES 65536u
#define LEAST_BYTES 64 /* of a block that is worth cutting off */

/* What a block is for. An OWN one ends with its instance, a LENT one when the host gives it back. */
enum use { UNUSED, OWN, LENT };

typedef struct block {
    _Alignas(8) struct block *next; /* with the next higher address */
    size_t length;
    _Atomic uint32_t use; /* instances of other slots make it UNUSED, when they had it from the host */
} block;

static block *blocks[SLOTS];
static _Thread_local block **mine;

static bool unused(const block *each) {
    return each->use == UNUSED;
}

static void join_unused(void) {
    for (block *each = *mine; each; each = each->next) {
        block *next = each->next;
        while (unused(each) && next && unused(next) && (uint8_t *)(each + 1) + each->length == (uint8_t *)next) {
            size_t joined = sizeof(block) + next->length;
            next = next->next;
            each->next = next;
            atomic_signal_fence(memory_order_seq_cst); /* stopped here, it has no block twice */
            each->length += joined;
        }
    }
}

/* What an instance does first, once it has a stack. */
void adopt_slot(uint32_t slot) {
    mine = &blocks[slot];
    for (block *each = *mine; each; each = each->next)
        if (each->use == OWN)
            each->use = UNUSED;
    join_unused();
    release_hold();
}

uint32_t own_slot(void) {
    return (uint32_t)(mine - blocks);
}

/* Pages of this instance's own, as one block at the end of its list. */
static block *grown(size_t length) {
    if (length > PTRDIFF_MAX)
        return NULL;
    size_t pages = (sizeof(block) + length + PAGE_BYTES - 1) / PAGE_BYTES;
    size_t before = __builtin_wasm_memory_grow(0, pages);
    if (before == SIZE_MAX)
        return NULL;
    block *added = (block *)(before * PAGE_BYTES);
    *added = (block){NULL, pages * PAGE_BYTES - sizeof(block), UNUSED};
    block **end = mine;
    while (*end)
        end = &(*end)->next;
    *end = added;
    return added;
}

static void *take_for(enum use use, size_t length) {
    size_t wanted = (length + 7) & ~(size_t)7;
    if (wanted < length)
        return NULL;
    block *found = *mine;
    while (found && (!unused(found) || found->length < wanted))
        found = found->next;
    if (!found)
        found = grown(wanted);
    if (!found)
        return NULL;
    if (found->length - wanted >= sizeof(block) + LEAST_BYTES) {
        block *rest = (block *)((uint8_t *)(found + 1) + wanted);
        *rest = (block){found->next, found->length - wanted - sizeof(block), UNUSED};
        found->length = wanted;
        atomic_signal_fence(memory_order_seq_cst); /* as above */
        found->next = rest;
    }
    found->use = use;
    return found + 1;
}

void *block_take(size_t length) {
    return take_for(OWN, length);
}

void *block_lend(size_t length) {
    return take_for(LENT, length);
}

void block_give_back(void *taken) {
    if (!taken)
        return;
    ((block *)taken - 1)->use = UNUSED;
    join_unused();
}

uint64_t next_count(void) {
    static _Atomic uint64_t count;
    return atomic_fetch_add(&count, 1) + 1;
}

int32_t hold_pages(uint32_t pages) {
    static _Atomic uint32_t held;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX)
        return -1;
    return (int32_t)(atomic_fetch_add(&held, pages) + pages);
}
