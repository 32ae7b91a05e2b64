#include "json.h"

#include <string.h>

#define MOST_LEVELS 64
#define MOST_SAFE 9007199254740991u /* 2^53 - 1: every such number is exact as a double, too */

/* What is left to read. Each reader below moves at behind what it read, or answers false. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} input;

static bool value(input *in, int levels);

static int peek(const input *in) {
    return in->at < in->end ? *in->at : -1;
}

static bool take(input *in, int c) {
    if (peek(in) != c)
        return false;
    in->at++;
    return true;
}

static void space(input *in) {
    while (peek(in) == ' ' || peek(in) == '\n' || peek(in) == '\r' || peek(in) == '\t')
        in->at++;
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

static bool digits(input *in) {
    if (!is_digit(peek(in)))
        return false;
    while (is_digit(peek(in)))
        in->at++;
    return true;
}

static bool number(input *in) {
    take(in, '-');
    if (!take(in, '0') && !digits(in))
        return false;
    if (take(in, '.') && !digits(in))
        return false;
    if (take(in, 'e') || take(in, 'E')) {
        if (!take(in, '+'))
            take(in, '-');
        return digits(in);
    }
    return true;
}

static int hex_digit(int c) {
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits, or -1. */
static int32_t hex(input *in) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int each = hex_digit(peek(in));
        if (each < 0)
            return -1;
        unit = unit << 4 | each;
        in->at++;
    }
    return unit;
}

/* What stands behind a backslash: a code point, or -1. */
static int32_t escape(input *in) {
    int c = peek(in);
    in->at++;
    switch (c) {
    case '"': case '\\': case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return -1;
    }
    int32_t unit = hex(in);
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit > 0xDBFF || !take(in, '\\') || !take(in, 'u'))
        return -1;
    int32_t low = hex(in);
    if (low < 0xDC00 || low > 0xDFFF)
        return -1;
    return 0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
}

/* One code point in UTF-8 of more than one byte: shortest form, no surrogates (RFC 3629). */
static bool multibyte(input *in) {
    const uint8_t *p = in->at;
    int length = *p >= 0xF0 ? 4 : *p >= 0xE0 ? 3 : 2;
    if (*p < 0xC2 || *p > 0xF4 || in->end - p < length)
        return false;
    for (int i = 1; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return false;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)
        || (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return false;
    in->at += length;
    return true;
}

static bool string(input *in) {
    if (!take(in, '"'))
        return false;
    while (in->at < in->end) {
        uint8_t c = *in->at;
        if (c == '"') {
            in->at++;
            return true;
        }
        if (c < ' ')
            return false;
        if (c >= 0x80) {
            if (!multibyte(in))
                return false;
        } else {
            in->at++;
            if (c == '\\' && escape(in) < 0)
                return false;
        }
    }
    return false;
}

static bool word(input *in, const char *text) {
    size_t length = strlen(text);
    if ((size_t)(in->end - in->at) < length || memcmp(in->at, text, length) != 0)
        return false;
    in->at += length;
    return true;
}

static bool array(input *in, int levels) {
    in->at++;
    space(in);
    if (take(in, ']'))
        return true;
    do {
        space(in);
        if (!value(in, levels))
            return false;
        space(in);
    } while (take(in, ','));
    return take(in, ']');
}

/* A name, and its colon. */
static bool name(input *in, bytes *raw) {
    space(in);
    raw->at = in->at;
    if (!string(in))
        return false;
    raw->length = (size_t)(in->at - raw->at);
    space(in);
    if (!take(in, ':'))
        return false;
    space(in);
    return true;
}

static bool object(input *in, int levels) {
    in->at++;
    space(in);
    if (take(in, '}'))
        return true;
    do {
        bytes raw;
        if (!name(in, &raw) || !value(in, levels))
            return false;
        space(in);
    } while (take(in, ','));
    return take(in, '}');
}

/* levels: how many more may be opened. */
static bool value(input *in, int levels) {
    switch (peek(in)) {
    case '{': return levels > 0 && object(in, levels - 1);
    case '[': return levels > 0 && array(in, levels - 1);
    case '"': return string(in);
    case 't': return word(in, "true");
    case 'f': return word(in, "false");
    case 'n': return word(in, "null");
    default: return number(in);
    }
}

static uint8_t *write_utf8(uint8_t *out, int32_t c) {
    if (c < 0x80) {
        *out++ = (uint8_t)c;
        return out;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    *out++ = (uint8_t)(lead[more] | c >> 6 * more);
    while (more-- > 0)
        *out++ = (uint8_t)(0x80 | (c >> 6 * more & 0x3F));
    return out;
}

/* Whether a valid raw string says text, which is ASCII. */
static bool says(bytes raw, const char *text) {
    input in = {raw.at + 1, raw.at + raw.length - 1};
    while (in.at < in.end) {
        int32_t c = *in.at++;
        if (c == '\\')
            c = escape(&in);
        if (*text == 0 || c != (uint8_t)*text++)
            return false;
    }
    return *text == 0;
}

bool json_object(bytes text, const char *const names[], bytes members[], size_t count) {
    for (size_t i = 0; i < count; i++)
        members[i] = (bytes){NULL, 0};
    input in = {text.at, text.at + text.length};
    space(&in);
    if (!take(&in, '{'))
        return false;
    space(&in);
    if (!take(&in, '}')) {
        do {
            bytes raw;
            if (!name(&in, &raw))
                return false;
            bytes found = {in.at, 0};
            if (!value(&in, MOST_LEVELS - 1))
                return false;
            found.length = (size_t)(in.at - found.at);
            for (size_t i = 0; i < count; i++)
                if (says(raw, names[i]))
                    members[i] = found;
            space(&in);
        } while (take(&in, ','));
        if (!take(&in, '}'))
            return false;
    }
    space(&in);
    return in.at == in.end;
}

bool json_string(bytes raw, uint8_t *out, size_t *length) {
    if (!raw.at || raw.at[0] != '"')
        return false;
    input in = {raw.at + 1, raw.at + raw.length - 1};
    uint8_t *end = out;
    while (in.at < in.end) {
        uint8_t c = *in.at++;
        if (c == '\\')
            end = write_utf8(end, escape(&in));
        else
            *end++ = c;
    }
    *length = (size_t)(end - out);
    return true;
}

bool json_whole_number(bytes raw, uint64_t *number) {
    if (!raw.at || raw.length > 16)
        return false;
    uint64_t read = 0;
    for (size_t i = 0; i < raw.length; i++) {
        if (!is_digit(raw.at[i]))
            return false;
        read = read * 10 + (raw.at[i] - '0');
    }
    *number = read;
    return read <= MOST_SAFE;
}

static uint8_t *write_unit(uint8_t *out, uint32_t unit) {
    *out++ = '\\';
    *out++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *out++ = (uint8_t)"0123456789abcdef"[unit >> shift & 15];
    return out;
}

/* The letter behind the backslash for c, or 0. */
static uint8_t short_escape(uint8_t c) {
    switch (c) {
    case '"': case '\\': return c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

uint8_t *json_write(uint8_t *out, bytes text) {
    *out++ = '"';
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.at[i];
        uint8_t letter = short_escape(c);
        if (letter) {
            *out++ = '\\';
            *out++ = letter;
        } else if (c < ' ') {
            out = write_unit(out, c);
        } else if (c == 0xE2 && text.at[i + 1] == 0x80 && (text.at[i + 2] & 0xFE) == 0xA8) {
            out = write_unit(out, 0x2028 | (text.at[i + 2] & 1));
            i += 2;
        } else {
            *out++ = c;
        }
    }
    *out++ = '"';
    return out;
}
