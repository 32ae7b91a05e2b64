/*
 * SHA-256 as in FIPS 180-4, "Secure Hash Standard". The section numbers below
 * and the names of the functions are the standard's.
 */
#include "sha256.h"

#include <string.h>

#define LENGTH_BYTES 8
#define ROUNDS 64

/* 4.2.2: the fractions of the cube roots of the first 64 primes. */
static const uint32_t K[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* 5.3.3: the fractions of the square roots of the first 8 primes. */
static const uint32_t H0[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* 4.1.2 */
static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }
static uint32_t ch(uint32_t x, uint32_t y, uint32_t z) { return (x & y) ^ (~x & z); }
static uint32_t maj(uint32_t x, uint32_t y, uint32_t z) { return (x & y) ^ (x & z) ^ (y & z); }
static uint32_t big_sigma0(uint32_t x) { return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22); }
static uint32_t big_sigma1(uint32_t x) { return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25); }
static uint32_t small_sigma0(uint32_t x) { return rotr(x, 7) ^ rotr(x, 18) ^ x >> 3; }
static uint32_t small_sigma1(uint32_t x) { return rotr(x, 17) ^ rotr(x, 19) ^ x >> 10; }

static uint32_t load(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

/* 6.2.2: one block. */
static void compress(uint32_t hash[8], const uint8_t *block) {
    uint32_t w[ROUNDS];
    for (int t = 0; t < 16; t++)
        w[t] = load(block + 4 * t);
    for (int t = 16; t < ROUNDS; t++)
        w[t] = small_sigma1(w[t - 2]) + w[t - 7] + small_sigma0(w[t - 15]) + w[t - 16];

    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];
    for (int t = 0; t < ROUNDS; t++) {
        uint32_t t1 = h + big_sigma1(e) + ch(e, f, g) + K[t] + w[t];
        uint32_t t2 = big_sigma0(a) + maj(a, b, c);
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d;
    hash[4] += e, hash[5] += f, hash[6] += g, hash[7] += h;
}

void sha256_begin(sha256_state *state) {
    memcpy(state->hash, H0, sizeof state->hash);
    state->length = 0;
}

void sha256_add(sha256_state *state, const uint8_t *data, size_t length) {
    size_t waiting = state->length % SHA256_BLOCK_BYTES;
    state->length += length;
    if (waiting > 0) {
        size_t room = SHA256_BLOCK_BYTES - waiting;
        size_t taken = length < room ? length : room;
        if (taken > 0)
            memcpy(state->rest + waiting, data, taken);
        if (taken < room)
            return;
        compress(state->hash, state->rest);
        data += taken;
        length -= taken;
    }
    size_t rest = length % SHA256_BLOCK_BYTES;
    const uint8_t *end = data + (length - rest);
    for (; data != end; data += SHA256_BLOCK_BYTES)
        compress(state->hash, data);
    if (rest > 0)
        memcpy(state->rest, data, rest);
}

void sha256_end(sha256_state *state, uint8_t digest[SHA256_BYTES]) {
    /* 5.1.1: the rest, a one bit, zeros, and the length in bits: one block or two. */
    uint8_t tail[2 * SHA256_BLOCK_BYTES] = {0};
    size_t rest = state->length % SHA256_BLOCK_BYTES;
    size_t tail_bytes =
        rest + 1 + LENGTH_BYTES <= SHA256_BLOCK_BYTES ? SHA256_BLOCK_BYTES : 2 * SHA256_BLOCK_BYTES;
    memcpy(tail, state->rest, rest);
    tail[rest] = 0x80;
    uint64_t bits = state->length * 8;
    store(tail + tail_bytes - 8, (uint32_t)(bits >> 32));
    store(tail + tail_bytes - 4, (uint32_t)bits);
    for (size_t at = 0; at < tail_bytes; at += SHA256_BLOCK_BYTES)
        compress(state->hash, tail + at);

    for (int i = 0; i < 8; i++)
        store(digest + 4 * i, state->hash[i]);
}

void sha256(const uint8_t *data, size_t length, uint8_t digest[SHA256_BYTES]) {
    sha256_state state;
    sha256_begin(&state);
    sha256_add(&state, data, length);
    sha256_end(&state, digest);
}
