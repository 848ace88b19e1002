/*
 * The limit that the egress is measured against: the same bytes to the same sockets with sendmmsg and UDP GSO, every message
 * header made before the clock starts. Also the receivers, and the thread's CPU clock. Compiled by egress.ts.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_MESSAGES 1024
#define MAX_SEGMENTS 64
#define MAX_RUN_BYTES 65000
#define DRAIN_MESSAGES 64
#define DATAGRAM_BYTES 2048

typedef struct {
    struct mmsghdr headers[MAX_MESSAGES];
    struct iovec spans[MAX_MESSAGES];
    _Alignas(struct cmsghdr) uint8_t control[MAX_MESSAGES][CMSG_SPACE(sizeof(uint16_t))];
    struct sockaddr_in addresses[MAX_MESSAGES];
    uint32_t count;
} raw_frame;

uint64_t raw_thread_cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A UDP socket on a free loopback port, whose buffer holds a round; its port. Negative on failure. */
int raw_receiver(int32_t receive_bytes, uint32_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0) return -errno;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_bytes, sizeof receive_bytes) < 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    }
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
    *port = ntohs(address.sin_port);
    return fd;
}

/* Reads away what waits on the socket; returns how many datagrams there were. */
uint32_t raw_drain(int fd) {
    static uint8_t bytes[DRAIN_MESSAGES][DATAGRAM_BYTES];
    struct iovec spans[DRAIN_MESSAGES];
    struct mmsghdr headers[DRAIN_MESSAGES] = {0};
    uint32_t total = 0;
    int count = 0;

    for (int i = 0; i < DRAIN_MESSAGES; i++) {
        spans[i] = (struct iovec){bytes[i], sizeof bytes[i]};
        headers[i].msg_hdr.msg_iov = &spans[i];
        headers[i].msg_hdr.msg_iovlen = 1;
    }
    while ((count = recvmmsg(fd, headers, DRAIN_MESSAGES, MSG_DONTWAIT, NULL)) > 0) total += (uint32_t)count;
    return total;
}

/* Makes the messages that send `bytes` contiguous bytes, cut every `segment_bytes`, to all ports. NULL when they are too many. */
raw_frame *raw_prepare(const uint8_t *block, uint32_t bytes, uint32_t segment_bytes, const uint32_t *ports, uint32_t port_count) {
    const uint32_t run_packets = MAX_RUN_BYTES / segment_bytes < MAX_SEGMENTS ? MAX_RUN_BYTES / segment_bytes : MAX_SEGMENTS;
    const uint32_t run_bytes = run_packets * segment_bytes;
    raw_frame *frame = calloc(1, sizeof *frame);

    for (uint32_t i = 0; frame != NULL && i < port_count; i++) {
        for (uint32_t offset = 0; offset < bytes; offset += run_bytes) {
            const uint32_t place = frame->count++;
            if (place == MAX_MESSAGES) {
                free(frame);
                return NULL;
            }
            const uint16_t segment = (uint16_t)segment_bytes;
            struct cmsghdr *control = (struct cmsghdr *)frame->control[place];
            control->cmsg_level = SOL_UDP;
            control->cmsg_type = UDP_SEGMENT;
            control->cmsg_len = CMSG_LEN(sizeof segment);
            memcpy(CMSG_DATA(control), &segment, sizeof segment);
            frame->spans[place] = (struct iovec){(uint8_t *)(uintptr_t)(block + offset), bytes - offset < run_bytes ? bytes - offset : run_bytes};
            frame->addresses[place] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)ports[i]), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
            frame->headers[place].msg_hdr = (struct msghdr){.msg_name = &frame->addresses[place], .msg_namelen = sizeof frame->addresses[place], .msg_iov = &frame->spans[place],
                                                            .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof frame->control[place]};
        }
    }
    return frame;
}

/* Sends prepared frames one after the other; returns how many messages the kernel took. */
uint32_t raw_send(int fd, raw_frame *const *frames, uint32_t count) {
    uint32_t total = 0;

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t sent = 0; sent < frames[i]->count;) {
            const int result = sendmmsg(fd, frames[i]->headers + sent, frames[i]->count - sent, MSG_DONTWAIT);
            if (result < 0) return total;
            sent += (uint32_t)result;
            total += (uint32_t)result;
        }
    }
    return total;
}
