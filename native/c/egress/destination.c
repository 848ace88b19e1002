/* The address of a destination, as sendmmsg wants it. */
#include <netinet/udp.h>
#include <string.h>

#include "egress.h"

bool bv_is_destination(const bv_destination *destination)
{
    if (destination->fd < 0 || (destination->family != 4 && destination->family != 6))
        return false;
    return destination->port > 0 && destination->port <= UINT16_MAX;
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

void bv_destination_aim(bv_egress_destination *target, const bv_destination *destination)
{
    target->fd = destination->fd;
    target->gso = knows_gso(destination->fd);
    memset(&target->address, 0, sizeof target->address);
    set_address(target, destination);
    set_control(target, destination);
}
