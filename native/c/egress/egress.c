/* The table of destinations behind an egress. */
#include "egress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int bv_egress_create(bv_egress **out)
{
    bv_egress *egress = calloc(1, sizeof *egress);

    if (egress == NULL)
        return -ENOMEM;
    egress->batch = bv_batch_create();
    if (egress->batch == NULL) {
        free(egress);
        return -ENOMEM;
    }
    *out = egress;
    return 0;
}

void bv_egress_destroy(bv_egress *egress)
{
    if (egress == NULL)
        return;
    bv_batch_destroy(egress->batch);
    bv_frame_free(&egress->frame);
    free(egress);
}

static bv_egress_destination *find(bv_egress *egress, uint32_t id)
{
    if (id >= BV_MAX_DESTINATIONS || !egress->destinations[id].used)
        return NULL;
    return &egress->destinations[id];
}

int bv_egress_add(bv_egress *egress, const bv_destination *destination)
{
    uint32_t id = 0;
    bv_egress_destination *target = NULL;

    if (!bv_is_destination(destination))
        return BV_ERR_BAD_ARGUMENT;
    while (id < BV_MAX_DESTINATIONS && egress->destinations[id].used)
        id++;
    if (id == BV_MAX_DESTINATIONS)
        return -ENOSPC;
    target = &egress->destinations[id];
    *target = (bv_egress_destination){.used = true};
    bv_destination_aim(target, destination);
    return (int)id;
}

static void activate(bv_egress *egress, bv_egress_destination *destination)
{
    uint32_t place = egress->order_count;

    while (place > 0 && egress->order[place - 1]->fd > destination->fd)
        place--;
    memmove(&egress->order[place + 1], &egress->order[place], (egress->order_count - place) * sizeof *egress->order);
    egress->order[place] = destination;
    egress->order_count++;
    destination->active = true;
}

static void deactivate(bv_egress *egress, bv_egress_destination *destination)
{
    uint32_t place = 0;

    while (egress->order[place] != destination)
        place++;
    egress->order_count--;
    memmove(&egress->order[place], &egress->order[place + 1], (egress->order_count - place) * sizeof *egress->order);
    destination->active = false;
}

int bv_egress_set_active(bv_egress *egress, uint32_t id, uint32_t active)
{
    bv_egress_destination *destination = find(egress, id);

    if (destination == NULL)
        return -ENOENT;
    if (active && !destination->active)
        activate(egress, destination);
    if (!active && destination->active)
        deactivate(egress, destination);
    return 0;
}

int bv_egress_remove(bv_egress *egress, uint32_t id)
{
    const int result = bv_egress_set_active(egress, id, 0);

    if (result == 0)
        egress->destinations[id].used = false;
    return result;
}

static int send_frame(bv_egress *egress, bv_egress_destination *const *destinations, uint32_t destination_count, const uint8_t *block,
                      const uint32_t *packets, uint32_t count)
{
    int result = 0;

    if (count > BV_MAX_PACKETS)
        return BV_ERR_BAD_ARGUMENT;
    if (count == 0 || destination_count == 0)
        return 0;
    result = bv_frame_cut(&egress->frame, block, packets, count);
    if (result < 0)
        return result;
    return bv_batch_transmit(egress->batch, &egress->frame, destinations, destination_count);
}

int bv_egress_send(bv_egress *egress, const uint8_t *block, const uint32_t *packets, uint32_t count)
{
    return send_frame(egress, egress->order, egress->order_count, block, packets, count);
}

int bv_egress_send_to(bv_egress *egress, uint32_t id, const uint8_t *block, const uint32_t *packets, uint32_t count)
{
    bv_egress_destination *destination = find(egress, id);

    if (destination == NULL)
        return -ENOENT;
    return send_frame(egress, &destination, 1, block, packets, count);
}

int bv_egress_stats(bv_egress *egress, uint32_t id, bv_destination_stats *out)
{
    const bv_egress_destination *destination = find(egress, id);

    if (destination == NULL)
        return -ENOENT;
    *out = destination->stats;
    out->gso = destination->gso ? 1 : 0;
    return 0;
}
