/*
 * The function that the digest guest lacks and peers are asked for: the payload lies in the guest's
 * memory, and nothing is made of it.
 */
#include "guest.h"

static answer nothing(bytes input) {
    return reply(input.at, 0);
}
GUEST_EXPORT("nothing", nothing)
