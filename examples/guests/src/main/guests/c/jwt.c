#include "jwt.h"

#include <string.h>

#include "base64url.h"
#include "hmac.h"
#include "json.h"

/* A token's parts, decoded. Nothing in it is to be trusted before its signature was compared. */
typedef struct {
    bytes is_signed; /* header, dot, claims, as they came */
    bytes header;
    bytes claims;
    bytes signature;
} token;

/* Decodes into a room of its own. */
static bool decoded(bytes text, bytes *out) {
    uint8_t *room = guest_room(text.length);
    if (!room)
        return false;
    out->at = room;
    return base64url_decode(text, room, &out->length);
}

static bool text_of(bytes raw, bytes *out) {
    uint8_t *room = guest_room(raw.length);
    if (!room)
        return false;
    out->at = room;
    return json_string(raw, room, &out->length);
}

/* Cuts what is before the first dot off text. */
static bool cut(bytes *text, bytes *before) {
    const uint8_t *dot = text->length > 0 ? memchr(text->at, '.', text->length) : NULL;
    if (!dot)
        return false;
    *before = (bytes){text->at, (size_t)(dot - text->at)};
    text->length -= before->length + 1;
    text->at = dot + 1;
    return true;
}

static bool parse(bytes compact, token *found) {
    bytes header, claims, rest = compact;
    if (!cut(&rest, &header) || !cut(&rest, &claims))
        return false;
    found->is_signed = (bytes){compact.at, header.length + 1 + claims.length};
    /* A dot is no base64url digit, so that a fourth part is refused here. */
    return decoded(rest, &found->signature) && decoded(header, &found->header)
           && decoded(claims, &found->claims);
}

static bool says(bytes text, const char *word) {
    return text.length == strlen(word) && memcmp(text.at, word, text.length) == 0;
}

answer jwt(bytes request) {
    enum { TOKEN, KEY, NOW, ASKED };
    static const char *const asked_names[] = {"token", "key", "now"};
    bytes asked[ASKED], compact, encoded_key, key;
    uint64_t now;
    if (!json_object(request, asked_names, asked, ASKED) || !text_of(asked[TOKEN], &compact)
        || !text_of(asked[KEY], &encoded_key) || !decoded(encoded_key, &key) || key.length == 0
        || !json_whole_number(asked[NOW], &now))
        return failed("bad-request");

    enum { ALG, CRIT, HEADER };
    static const char *const header_names[] = {"alg", "crit"};
    enum { EXP, NBF, SUB, CLAIMS };
    static const char *const claim_names[] = {"exp", "nbf", "sub"};
    token found;
    bytes header[HEADER], claims[CLAIMS], algorithm;
    uint64_t expires, not_before = 0;
    if (!parse(compact, &found) || !json_object(found.header, header_names, header, HEADER)
        || !text_of(header[ALG], &algorithm)
        || !json_object(found.claims, claim_names, claims, CLAIMS)
        || !json_whole_number(claims[EXP], &expires)
        || (claims[NBF].at && !json_whole_number(claims[NBF], &not_before))
        || (claims[SUB].at && claims[SUB].at[0] != '"'))
        return failed("malformed");

    if (!says(algorithm, "HS256") || header[CRIT].at)
        return failed("algorithm");
    uint8_t mac[SHA256_BYTES];
    hmac_sha256(key, found.is_signed, mac);
    if (!same_mac(found.signature, mac))
        return failed("signature");
    if (now >= expires)
        return failed("expired");
    if (now < not_before)
        return failed("not-yet-valid");
    return reply(found.claims.at, found.claims.length);
}
