#include "base64url.h"

static int digit(uint8_t c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

bool base64url_decode(bytes text, uint8_t *out, size_t *length) {
    if (text.length % 4 == 1)
        return false;
    uint32_t bits = 0; /* decoded, but not written yet */
    int count = 0;
    uint8_t *end = out;
    for (size_t i = 0; i < text.length; i++) {
        int value = digit(text.at[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *end++ = (uint8_t)(bits >> count);
            bits &= (1u << count) - 1;
        }
    }
    *length = (size_t)(end - out);
    return bits == 0;
}
