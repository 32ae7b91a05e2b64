/* The article's one entry, whose answer lies behind its length. */
#include <string.h>

#include "functions.h"
#include "jwt.h"

static const struct {
    const char *name;
    guest_function *function;
} functions[] = {
    {"echo", echo},       {"sha256", sha256_hex}, {"hmac-sha256", hmac_hex}, {"json", json},
    {"jwt", jwt},         {"counter", counter},   {"spin", spin},            {"trap", trap},
    {"grow", grow},       {"wasi", wasi},
};

/* A function's name, a space, and the function's input. */
static answer invoke_flat(bytes input) {
    const uint8_t *space = input.length > 0 ? memchr(input.at, ' ', input.length) : NULL;
    size_t name_length = space ? (size_t)(space - input.at) : input.length;
    size_t taken = space ? name_length + 1 : name_length;
    bytes rest = {input.at + taken, input.length - taken};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const char *name = functions[i].name;
        if (strlen(name) == name_length && memcmp(name, input.at, name_length) == 0)
            return functions[i].function(rest);
    }
    return failed("no-function");
}
GUEST_EXPORT("invoke_flat", invoke_flat)
