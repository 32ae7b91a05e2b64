/* The slots of the instances on one memory: see start.s. */
#ifndef SLOTS_H
#define SLOTS_H

#include <stdint.h>

/* The number of this instance's slot. */
uint32_t own_slot(void);

/* Ends what an earlier instance in this slot, which was stopped, has kept the others from. */
void release_hold(void);

#endif
