#ifndef JWT_H
#define JWT_H

#include "guest.h"

/* The contract's jwt: a request with a token, a key and the time; the claims, or a refusal. */
answer jwt(bytes request);

#endif
