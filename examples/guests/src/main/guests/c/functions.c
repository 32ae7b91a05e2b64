/* The functions of the contract that are not in basics.c. */
#include <string.h>

#include "functions.h"
#include "hmac.h"
#include "json.h"
#include "jwt.h"
#include "platform.h"
#include "sha256.h"

/* The key's length in four bytes, little-endian, the key, the message. */
answer hmac_hex(bytes input) {
    uint32_t key_length;
    if (input.length < sizeof key_length)
        return failed("bad-frame");
    memcpy(&key_length, input.at, sizeof key_length);
    bytes key = {input.at + sizeof key_length, key_length};
    size_t rest = input.length - sizeof key_length;
    if (key.length > rest)
        return failed("bad-frame");
    uint8_t mac[SHA256_BYTES];
    hmac_sha256(key, (bytes){key.at + key.length, rest - key.length}, mac);
    return reply_hex(mac);
}
GUEST_EXPORT("hmac-sha256", hmac_hex)

answer json(bytes input) {
    static const char *const names[] = {"name"};
    static const char opening[] = "{\"name\":";
    bytes member;
    if (!json_object(input, names, &member, 1))
        return failed("bad-json");
    if (!member.at || member.at[0] != '"')
        return failed("bad-member");
    bytes name = {guest_room(member.length), 0};
    if (!name.at || !json_string(member, (uint8_t *)name.at, &name.length))
        return failed("no-memory");
    uint8_t *out = guest_room(sizeof opening + JSON_GROWTH * name.length + sizeof "\"\"}");
    if (!out)
        return failed("no-memory");
    memcpy(out, opening, sizeof opening - 1);
    uint8_t *end = json_write(out + sizeof opening - 1, name);
    *end++ = '}';
    return reply(out, (size_t)(end - out));
}
GUEST_EXPORT("json", json)
GUEST_EXPORT("jwt", jwt)

answer counter(bytes input) {
    (void)input;
    return reply_number(next_count());
}
GUEST_EXPORT("counter", counter)

/* A number of pages, in decimal. */
answer grow(bytes input) {
    uint32_t pages = 0;
    if (input.length < 1 || input.length > 5)
        return failed("bad-number");
    for (size_t i = 0; i < input.length; i++) {
        if (input.at[i] < '0' || input.at[i] > '9')
            return failed("bad-number");
        pages = 10 * pages + (input.at[i] - '0');
    }
    if (pages > 65535)
        return failed("bad-number");
    int32_t held = hold_pages(pages);
    return held < 0 ? failed("no-memory") : reply_number((uint32_t)held);
}
GUEST_EXPORT("grow", grow)

/* The name of an environment variable. */
answer wasi(bytes input) {
    bytes value;
    uint64_t now;
    const char *error = environment(input, &value);
    if (error)
        return failed(error);
    uint64_t line_length = (uint64_t)input.length + value.length + 2;
    uint8_t *line = guest_room(line_length);
    if (!line)
        return failed("no-memory");
    memcpy(line, input.at, input.length);
    line[input.length] = '=';
    memcpy(line + input.length + 1, value.at, value.length);
    line[line_length - 1] = '\n';
    if (!print((bytes){line, (size_t)line_length}) || !realtime(&now))
        return failed("denied");
    bytes nanoseconds = reply_number(now).text;
    uint8_t *out = guest_room((uint64_t)nanoseconds.length + 1 + value.length);
    if (!out)
        return failed("no-memory");
    memcpy(out, nanoseconds.at, nanoseconds.length);
    out[nanoseconds.length] = ' ';
    memcpy(out + nanoseconds.length + 1, value.at, value.length);
    return reply(out, nanoseconds.length + 1 + value.length);
}
GUEST_EXPORT("wasi", wasi)
