#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

/* Writes the SHA-256 digest of len bytes at data. */
void sha256(const uint8_t *data, size_t len, uint8_t digest[SHA256_BYTES]);

#endif
