/* The table of destinations behind an egress. */
#include "egress.h"

#include <errno.h>
#include <netinet/udp.h>
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

/* Kernels without UDP GSO (before 4.18) ignore its control message and would send a run as one datagram. */
static bool knows_gso(int fd)
{
    int segment_bytes = 0;
    socklen_t size = sizeof segment_bytes;
    return getsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment_bytes, &size) == 0;
}

static void set_address(bv_egress_destination *target, const bv_destination *destination)
{
    if (destination->family == 4) {
        struct sockaddr_in *address = &target->address.v4;
        address->sin_family = AF_INET;
        address->sin_port = htons((uint16_t)destination->port);
        memcpy(&address->sin_addr, destination->address, sizeof address->sin_addr);
        target->address_bytes = sizeof *address;
    } else {
        struct sockaddr_in6 *address = &target->address.v6;
        address->sin6_family = AF_INET6;
        address->sin6_port = htons((uint16_t)destination->port);
        address->sin6_scope_id = destination->scope_id;
        memcpy(&address->sin6_addr, destination->address, sizeof address->sin6_addr);
        target->address_bytes = sizeof *address;
    }
}

static void set_control(bv_egress_destination *target, const bv_destination *destination)
{
    struct cmsghdr *segment = (struct cmsghdr *)target->control;
    struct cmsghdr *source = (struct cmsghdr *)(target->control + BV_SEGMENT_CONTROL);

    segment->cmsg_level = SOL_UDP;
    segment->cmsg_type = UDP_SEGMENT;
    segment->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    target->control_bytes = BV_SEGMENT_CONTROL;
    if (!destination->has_source)
        return;
    if (destination->family == 4) {
        struct in_pktinfo info = {0};
        memcpy(&info.ipi_spec_dst, destination->source, sizeof info.ipi_spec_dst);
        source->cmsg_level = IPPROTO_IP;
        source->cmsg_type = IP_PKTINFO;
        source->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(source), &info, sizeof info);
        target->control_bytes += CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info = {.ipi6_ifindex = destination->scope_id};
        memcpy(&info.ipi6_addr, destination->source, sizeof info.ipi6_addr);
        source->cmsg_level = IPPROTO_IPV6;
        source->cmsg_type = IPV6_PKTINFO;
        source->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(source), &info, sizeof info);
        target->control_bytes += CMSG_SPACE(sizeof info);
    }
}

int bv_egress_add(bv_egress *egress, const bv_destination *destination)
{
    uint32_t id = 0;
    bv_egress_destination *target = NULL;

    if (destination->fd < 0 || (destination->family != 4 && destination->family != 6))
        return BV_ERR_BAD_ARGUMENT;
    if (destination->port == 0 || destination->port > UINT16_MAX)
        return BV_ERR_BAD_ARGUMENT;
    while (id < BV_MAX_DESTINATIONS && egress->destinations[id].used)
        id++;
    if (id == BV_MAX_DESTINATIONS)
        return -ENOSPC;
    target = &egress->destinations[id];
    *target = (bv_egress_destination){.used = true, .fd = destination->fd, .gso = knows_gso(destination->fd)};
    set_address(target, destination);
    set_control(target, destination);
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
