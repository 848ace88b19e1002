/* Options of a UDP socket that many destinations share. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "../../include/shim.h"

static int family_of(int fd)
{
    int family = 0;
    socklen_t size = sizeof family;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0 ? -errno : family;
}

int bv_udp_prepare(int fd, uint32_t send_buffer_bytes)
{
    const int off = 0;
    const int wanted = send_buffer_bytes > INT_MAX / 2 ? INT_MAX / 2 : (int)send_buffer_bytes;
    const int family = family_of(fd);

    if (family < 0)
        return family;
    if (family != AF_INET && family != AF_INET6)
        return BV_ERR_BAD_ARGUMENT;
    /* A dual-stack socket has both options: IPv4 errors of its mapped peers come through the first. */
    if (setsockopt(fd, IPPROTO_IP, IP_RECVERR, &off, sizeof off) < 0 && family == AF_INET)
        return -errno;
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &off, sizeof off) < 0)
        return -errno;
    /* FORCE passes net.core.wmem_max but needs CAP_NET_ADMIN; the plain form is cut to that limit silently. */
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof wanted) < 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted) < 0) {
        return -errno;
    }
    return 0;
}
