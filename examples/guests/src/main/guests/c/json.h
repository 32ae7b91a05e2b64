/*
 * JSON (RFC 8259) as the contract has it: valid UTF-8, at most 64 levels deep, no half of a
 * surrogate pair, and of two members with one name the last counts. Nothing is copied.
 */
#ifndef JSON_H
#define JSON_H

#include "guest.h"

/*
 * Looks for members of one object with nothing but white space around it. members[i] becomes the
 * raw text of the value called names[i]; its at is null when there is none. False when the text is
 * no such object.
 */
bool json_object(bytes text, const char *const names[], bytes members[], size_t count);

/*
 * Reads a raw value that is a string into out, which has room for raw.length bytes. False when the
 * value is none.
 */
bool json_string(bytes raw, uint8_t *out, size_t *length);

/* Reads a raw value that is a whole number of 0 to 2^53 - 1, without fraction or exponent. */
bool json_whole_number(bytes raw, uint64_t *number);

/* The most bytes that a byte of text becomes as JSON: as wide as guest_room takes it. */
#define JSON_GROWTH UINT64_C(6)

/*
 * Writes text, which is valid UTF-8, as a JSON string with the fewest escapes, and answers its end.
 * U+2028 and U+2029 are escaped too: JavaScript once took them for line ends.
 */
uint8_t *json_write(uint8_t *out, bytes text);

#endif
