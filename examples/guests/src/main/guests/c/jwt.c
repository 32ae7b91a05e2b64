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

/* Decodes to where room is, which moves on. */
static bool decoded(bytes text, uint8_t **room, bytes *out) {
    out->at = *room;
    bool valid = base64url_decode(text, *room, &out->length);
    *room += text.length;
    return valid;
}

static bool text_of(bytes raw, uint8_t **room, bytes *out) {
    out->at = *room;
    bool valid = json_string(raw, *room, &out->length);
    *room += raw.length;
    return valid;
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

static bool parse(bytes compact, uint8_t **room, token *found) {
    bytes header, claims, rest = compact;
    if (!cut(&rest, &header) || !cut(&rest, &claims))
        return false;
    found->is_signed = (bytes){compact.at, header.length + 1 + claims.length};
    /* A dot is no base64url digit, so that a fourth part is refused here. */
    return decoded(rest, room, &found->signature) && decoded(header, room, &found->header)
           && decoded(claims, room, &found->claims);
}

static bool says(bytes text, const char *word) {
    return text.length == strlen(word) && memcmp(text.at, word, text.length) == 0;
}

answer jwt(bytes request) {
    enum { TOKEN, KEY, NOW, ASKED };
    static const char *const asked_names[] = {"token", "key", "now"};
    bytes asked[ASKED], compact, encoded_key, key;
    uint64_t now;
    if (!json_object(request, asked_names, asked, ASKED))
        return failed("bad-request");
    /* For all that is decoded, so that nothing below fails for want of it: the token and the key as
     * texts, what they say in base64url, and the algorithm, which is a part of that. */
    uint8_t *room = guest_room(UINT64_C(3) * asked[TOKEN].length + UINT64_C(2) * asked[KEY].length);
    if (!room)
        return failed("no-memory");
    if (!text_of(asked[TOKEN], &room, &compact) || !text_of(asked[KEY], &room, &encoded_key)
        || !decoded(encoded_key, &room, &key) || key.length == 0
        || !json_whole_number(asked[NOW], &now))
        return failed("bad-request");

    enum { ALG, CRIT, HEADER };
    static const char *const header_names[] = {"alg", "crit"};
    enum { EXP, NBF, SUB, CLAIMS };
    static const char *const claim_names[] = {"exp", "nbf", "sub"};
    token found;
    bytes header[HEADER], claims[CLAIMS], algorithm;
    uint64_t expires, not_before = 0;
    if (!parse(compact, &room, &found) || !json_object(found.header, header_names, header, HEADER)
        || !text_of(header[ALG], &room, &algorithm)
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
