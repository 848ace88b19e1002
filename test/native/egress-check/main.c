/*
 * Sends through the egress to real sockets and reads every datagram back. Compiled with the sanitizers by egress-sanitized.test.ts.
 * One argument: the case. Exits 0 when it holds; else says what did not.
 */
#define _GNU_SOURCE 1
#include "check.h"

#define GAP 4u /* bytes between packets, as the RTSP interleaving leaves them */
#define RECEIVE_BUFFER (8 << 20)

uint8_t block[1 << 20];
uint32_t packets[2 * BV_MAX_PACKETS];

uint32_t lay_out(const uint32_t *sizes, uint32_t count) {
    uint32_t offset = 0;
    for (uint32_t i = 0; i < count; i++) {
        offset += GAP;
        packets[2 * i] = offset;
        packets[2 * i + 1] = sizes[i];
        CHECK(offset + sizes[i] <= sizeof block);
        for (uint32_t j = 0; j < sizes[i]; j++) block[offset + j] = (uint8_t)(i * 31 + j * 7);
        offset += sizes[i];
    }
    return count;
}

uint32_t lay_out_even(uint32_t count, uint32_t size, uint32_t last) {
    static uint32_t sizes[BV_MAX_PACKETS];
    for (uint32_t i = 0; i < count; i++) sizes[i] = i + 1 == count ? last : size;
    return lay_out(sizes, count);
}

int udp_socket(int family) {
    const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    return fd;
}

int receiver(int family, int sender, bv_destination *out) {
    const int fd = udp_socket(family);
    const int size = RECEIVE_BUFFER;
    const struct timeval patience = {.tv_sec = 2};
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
    socklen_t length = family == AF_INET6 ? sizeof address : sizeof *v4;

    if (family == AF_INET) *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    CHECK(bind(fd, (struct sockaddr *)&address, length) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
    *out = (bv_destination){.fd = sender, .family = family == AF_INET6 ? 6 : 4, .port = ntohs(address.sin6_port)};
    if (family == AF_INET6) memcpy(out->address, &address.sin6_addr, 16);
    else memcpy(out->address, &v4->sin_addr, 4);
    return fd;
}

int add_active(bv_egress *egress, const bv_destination *destination) {
    const int id = bv_egress_add(egress, destination);
    CHECK(id >= 0);
    CHECK(bv_egress_set_active(egress, (uint32_t)id, 1) == 0);
    return id;
}

void expect_frame(int fd, uint32_t count) {
    static uint8_t datagram[65536];
    for (uint32_t i = 0; i < count; i++) {
        const ssize_t size = recv(fd, datagram, sizeof datagram, 0);
        CHECK(size == (ssize_t)packets[2 * i + 1]);
        CHECK(memcmp(datagram, block + packets[2 * i], (size_t)size) == 0);
    }
}

void expect_silence(int fd) {
    uint8_t byte = 0;
    CHECK(recv(fd, &byte, sizeof byte, MSG_DONTWAIT) < 0 && errno == EAGAIN);
}

bv_destination_stats stats_of(bv_egress *egress, int id) {
    bv_destination_stats stats = {0};
    CHECK(bv_egress_stats(egress, (uint32_t)id, &stats) == 0);
    return stats;
}

bv_egress *create(void) {
    bv_egress *egress = NULL;
    CHECK(bv_egress_create(&egress) == 0);
    return egress;
}

int main(int argc, char **argv) {
    const char *name = argc == 2 ? argv[1] : "";

    if (strcmp(name, "shapes") == 0) check_shapes();
    else if (strcmp(name, "table") == 0) check_table();
    else if (strcmp(name, "batches") == 0) check_batches();
    else if (strcmp(name, "refused") == 0) check_refused();
    else if (strcmp(name, "dead") == 0) check_dead(true);
    else if (strcmp(name, "dead-unprepared") == 0) check_dead(false);
    else if (strcmp(name, "small-mtu") == 0) check_small_mtu();
    else if (strcmp(name, "full-socket") == 0) check_full_socket();
    else if (strcmp(name, "source") == 0) check_source();
    else if (strcmp(name, "prepare") == 0) check_prepare();
    else CHECK(!"a known case");
    return 0;
}
