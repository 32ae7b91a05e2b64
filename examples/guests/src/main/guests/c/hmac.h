#ifndef HMAC_H
#define HMAC_H

#include "guest.h"
#include "sha256.h"

/* HMAC-SHA256 (RFC 2104). */
void hmac_sha256(bytes key, bytes message, uint8_t mac[SHA256_BYTES]);

/* Compares in a time that tells nothing of where they differ. */
bool same_mac(bytes a, const uint8_t b[SHA256_BYTES]);

#endif
