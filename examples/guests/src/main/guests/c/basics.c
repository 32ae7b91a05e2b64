/* The functions of the contract that ask nothing of the platform. */
#include "functions.h"
#include "sha256.h"

answer echo(bytes input) {
    return reply(input.at, input.length);
}
GUEST_EXPORT("echo", echo)

answer sha256_hex(bytes input) {
    uint8_t digest[SHA256_BYTES];
    sha256(input.at, input.length, digest);
    return reply_hex(digest);
}
GUEST_EXPORT("sha256", sha256_hex)

answer spin(bytes input) {
    (void)input;
    for (volatile uint32_t turns = 0;;)
        turns = turns + 1;
}
GUEST_EXPORT("spin", spin)

answer trap(bytes input) {
    (void)input;
    __builtin_trap();
}
GUEST_EXPORT("trap", trap)
