/* Every destination gets every packet, once, in order, unchanged. */
#define _GNU_SOURCE 1
#include "check.h"

#define UNREACHABLE 3 /* a destination of check_batches */

/* Every shape of run: single packets, rising and falling sizes, more than 64 packets, more than 65,000 bytes, the largest datagram. */
void check_shapes(void) {
    static const uint32_t uneven[] = {20, 1400, 1400, 900, 900, 1, 1400, 1400, 65507, 2, 1, 32500, 32500, 32500, 7};
    bv_egress *egress = create();
    const int senders[2] = {udp_socket(AF_INET), udp_socket(AF_INET6)};
    int fds[6];
    int ids[6];
    uint32_t count = 0;
    uint64_t sent = 0;

    for (int i = 0; i < 6; i++) {
        bv_destination destination;
        fds[i] = receiver(i % 2 ? AF_INET6 : AF_INET, senders[i % 2], &destination);
        ids[i] = add_active(egress, &destination);
        CHECK(ids[i] == i);
    }
    for (int shape = 0; shape < 6; shape++) {
        if (shape == 0) count = lay_out(uneven, sizeof uneven / sizeof *uneven);
        if (shape == 1) count = lay_out_even(300, 1000, 1000);
        if (shape == 2) count = lay_out_even(64, 1015, 1014);
        if (shape == 3) count = lay_out_even(65, 500, 501);
        if (shape == 4) count = lay_out_even(1, 1, 1);
        if (shape == 5) count = lay_out_even(129, 9, 3);
        CHECK(bv_egress_send(egress, block, packets, count) == 0);
        for (int i = 0; i < 6; i++) expect_frame(fds[i], count);
        sent += count;
    }
    for (int i = 0; i < 6; i++) {
        expect_silence(fds[i]);
        CHECK(stats_of(egress, ids[i]).packets == sent);
        CHECK(stats_of(egress, ids[i]).gso == 1);
    }
    bv_egress_destroy(egress);
}

/* Ids are reused, inactive destinations are left out, the table is bounded. */
void check_table(void) {
    bv_egress *egress = create();
    const int sender = udp_socket(AF_INET);
    bv_destination destination;
    const int fd = receiver(AF_INET, sender, &destination);
    const bv_destination good = destination;
    const uint32_t count = lay_out_even(3, 100, 50);

    for (int i = 0; i < (int)BV_MAX_DESTINATIONS; i++) CHECK(bv_egress_add(egress, &destination) == i);
    CHECK(bv_egress_add(egress, &destination) == -ENOSPC);
    CHECK(bv_egress_remove(egress, 7) == 0);
    CHECK(bv_egress_remove(egress, 7) == -ENOENT);
    CHECK(bv_egress_set_active(egress, 7, 1) == -ENOENT);
    CHECK(bv_egress_set_active(egress, BV_MAX_DESTINATIONS, 1) == -ENOENT);
    CHECK(bv_egress_add(egress, &destination) == 7);
    CHECK(bv_egress_send(egress, block, packets, count) == 0);
    expect_silence(fd);
    CHECK(bv_egress_set_active(egress, 7, 1) == 0);
    CHECK(bv_egress_set_active(egress, 7, 1) == 0);
    CHECK(bv_egress_send(egress, block, packets, count) == 0);
    expect_frame(fd, count);
    expect_silence(fd);
    CHECK(bv_egress_set_active(egress, 7, 0) == 0);
    CHECK(bv_egress_send_to(egress, 9, block, packets, count) == 0);
    expect_frame(fd, count);
    CHECK(bv_egress_send(egress, block, packets, BV_MAX_PACKETS + 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_egress_send(egress, block, packets, 0) == 0);
    expect_silence(fd);
    destination.port = 65536;
    CHECK(bv_egress_remove(egress, 7) == 0);
    CHECK(bv_egress_add(egress, &destination) == BV_ERR_BAD_ARGUMENT);
    destination = good;
    destination.family = 5;
    CHECK(bv_egress_add(egress, &destination) == BV_ERR_BAD_ARGUMENT);
    bv_egress_destroy(egress);
    bv_egress_destroy(NULL);
}

/*
 * More messages than one sendmmsg takes, with the end of a batch inside a frame; destinations added in mixed order of sockets.
 * One that cannot be sent to stands where the batch ends.
 */
void check_batches(void) {
    bv_egress *egress = create();
    const int senders[2] = {udp_socket(AF_INET), udp_socket(AF_INET)};
    const int no_checksum = 1;
    const uint32_t count = 700;
    uint32_t rising[700]; /* nothing to join: a message a packet */
    int fds[8];

    CHECK(setsockopt(senders[1], SOL_SOCKET, SO_NO_CHECK, &no_checksum, sizeof no_checksum) == 0);
    for (int i = 0; i < 8; i++) {
        bv_destination destination;
        fds[i] = receiver(AF_INET, senders[i % 2], &destination);
        if (i == UNREACHABLE) memset(destination.source, 9, sizeof destination.source);
        destination.has_source = i == UNREACHABLE;
        CHECK(add_active(egress, &destination) == i);
    }
    for (uint32_t i = 0; i < count; i++) rising[i] = 20 + i;
    for (uint32_t round = 1; round <= 3; round++) {
        if (round == 1) lay_out_even(count, 60, 20);
        if (round == 2) lay_out(rising, count);
        CHECK(bv_egress_send(egress, block, packets, count) == 1);
        CHECK(stats_of(egress, UNREACHABLE).lost == round * count);
        for (int i = 0; i < 8; i++) {
            if (i != UNREACHABLE) expect_frame(fds[i], count);
        }
    }
    for (int i = 0; i < 8; i++) expect_silence(fds[i]);
    bv_egress_destroy(egress);
}

/* The source address is the one asked for; an address that is not ours is a loss. */
void check_source(void) {
    bv_egress *egress = create();
    const int senders[2] = {udp_socket(AF_INET), udp_socket(AF_INET6)};
    const uint32_t count = lay_out_even(3, 500, 20);

    for (int i = 0; i < 2; i++) {
        bv_destination destination;
        struct sockaddr_in6 from = {0};
        socklen_t length = sizeof from;
        uint8_t byte = 0;
        const int fd = receiver(i ? AF_INET6 : AF_INET, senders[i], &destination);
        destination.has_source = 1;
        destination.source[15] = 1;
        if (i == 0) memcpy(destination.source, (uint8_t[]){127, 0, 0, 77}, 4);
        const int id = add_active(egress, &destination);
        CHECK(bv_egress_send_to(egress, (uint32_t)id, block, packets, count) == 0);
        for (uint32_t j = 0; j < count; j++) {
            CHECK(recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &length) == 1);
            if (i == 0) CHECK(((struct sockaddr_in *)&from)->sin_addr.s_addr == htonl(0x7f00004d));
        }
        CHECK(bv_egress_remove(egress, (uint32_t)id) == 0);
        memset(destination.source, 9, sizeof destination.source);
        CHECK(add_active(egress, &destination) == id);
        CHECK(bv_egress_send(egress, block, packets, count) == 1);
        CHECK(stats_of(egress, id).lost == count && stats_of(egress, id).packets == 0);
        CHECK(bv_egress_remove(egress, (uint32_t)id) == 0);
    }
    bv_egress_destroy(egress);
}

void check_prepare(void) {
    int pair[2];
    int value = 0;
    socklen_t length = sizeof value;
    const int fd = udp_socket(AF_INET);

    CHECK(bv_udp_prepare(fd, 100000) == 0);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, &length) == 0 && value >= 200000);
    CHECK(bv_udp_prepare(-1, 1000) == -EBADF);
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    CHECK(bv_udp_prepare(pair[0], 1000) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_tcp_prepare(-1, 1000) == -EBADF && bv_tcp_outstanding(-1) == -EBADF);
    CHECK(bv_tcp_prepare(fd, 1000) < 0);
}
