#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_BLOCK_BYTES 64

/* A message of which a part is known. */
typedef struct {
    uint32_t hash[8];
    uint64_t length;
    uint8_t rest[SHA256_BLOCK_BYTES]; /* what does not fill a block yet */
} sha256_state;

void sha256_begin(sha256_state *state);
void sha256_add(sha256_state *state, const uint8_t *data, size_t length);
void sha256_end(sha256_state *state, uint8_t digest[SHA256_BYTES]);

/* Writes the SHA-256 digest of length bytes at data. */
void sha256(const uint8_t *data, size_t length, uint8_t digest[SHA256_BYTES]);

#endif
