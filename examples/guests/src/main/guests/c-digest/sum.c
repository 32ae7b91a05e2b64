/* The one function that c-digest has beside the contract's basics. */
#include "../c/guest.h"

/* The sum of all bytes, in decimal. */
static answer sum(bytes input) {
    uint64_t total = 0;
    for (size_t i = 0; i < input.length; i++)
        total += input.at[i];
    return reply_number(total);
}
GUEST_EXPORT("sum", sum)
