/* The functions of the contract, jwt beside them. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "guest.h"

guest_function echo, sha256_hex, hmac_hex, json, counter, spin, trap, grow, wasi;

#endif
