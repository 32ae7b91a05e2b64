#include "hmac.h"

#include <string.h>

void hmac_sha256(bytes key, bytes message, uint8_t mac[SHA256_BYTES]) {
    uint8_t block[SHA256_BLOCK_BYTES] = {0};
    if (key.length > sizeof block)
        sha256(key.at, key.length, block);
    else if (key.length > 0)
        memcpy(block, key.at, key.length);

    sha256_state inner, outer;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36;
    sha256_begin(&inner);
    sha256_add(&inner, block, sizeof block);
    sha256_add(&inner, message.at, message.length);
    sha256_end(&inner, mac);

    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36 ^ 0x5c;
    sha256_begin(&outer);
    sha256_add(&outer, block, sizeof block);
    sha256_add(&outer, mac, SHA256_BYTES);
    sha256_end(&outer, mac);
}

bool same_mac(bytes a, const uint8_t b[SHA256_BYTES]) {
    if (a.length != SHA256_BYTES)
        return false;
    uint8_t difference = 0;
    for (size_t i = 0; i < SHA256_BYTES; i++)
        difference |= a.at[i] ^ b[i];
    return difference == 0;
}
