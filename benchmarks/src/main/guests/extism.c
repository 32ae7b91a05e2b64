/*
 * The functions of c-digest behind Extism's interface: a function takes no arguments, asks the kernel
 * for its input word by word, hands its output over in a block of the kernel's, and answers 0.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sha256.h"

#define KERNEL(name) __attribute__((import_module("extism:host/env"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))

KERNEL(input_length) uint64_t kernel_input_length(void);
KERNEL(input_load_u8) uint32_t kernel_input_u8(uint64_t at);
KERNEL(input_load_u64) uint64_t kernel_input_u64(uint64_t at);
KERNEL(alloc) uint64_t kernel_alloc(uint64_t length);
KERNEL(store_u8) void kernel_store_u8(uint64_t at, uint32_t value);
KERNEL(store_u64) void kernel_store_u64(uint64_t at, uint64_t value);
KERNEL(output_set) void kernel_output(uint64_t at, uint64_t length);

static uint8_t input[1 << 20];

static size_t load(void) {
    size_t length = (size_t)kernel_input_length();
    if (length > sizeof input)
        __builtin_trap();
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        uint64_t word = kernel_input_u64(at);
        memcpy(input + at, &word, sizeof word);
    }
    for (; at < length; at++)
        input[at] = (uint8_t)kernel_input_u8(at);
    return length;
}

static int32_t answer(const uint8_t *from, size_t length) {
    uint64_t block = kernel_alloc(length);
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        uint64_t word;
        memcpy(&word, from + at, sizeof word);
        kernel_store_u64(block + at, word);
    }
    for (; at < length; at++)
        kernel_store_u8(block + at, from[at]);
    kernel_output(block, length);
    return 0;
}

/* The payload is in the guest's own memory first, as it is elsewhere. */
EXPORT("nothing") int32_t nothing(void) {
    load();
    return 0;
}

EXPORT("sha256") int32_t sha256_hex(void) {
    uint8_t digest[SHA256_BYTES];
    uint8_t hex[2 * SHA256_BYTES];
    sha256(input, load(), digest);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        hex[2 * i] = (uint8_t)"0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = (uint8_t)"0123456789abcdef"[digest[i] & 15];
    }
    return answer(hex, sizeof hex);
}
