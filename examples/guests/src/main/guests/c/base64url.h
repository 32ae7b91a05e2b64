#ifndef BASE64URL_H
#define BASE64URL_H

#include "guest.h"

/*
 * Decodes base64url (RFC 4648, section 5) without padding: no other characters, no bits left over.
 * out has room for text.length * 3 / 4 bytes. False when the text is something else.
 */
bool base64url_decode(bytes text, uint8_t *out, size_t *length);

#endif
