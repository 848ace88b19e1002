/* What the network refuses, and that it harms nobody else. */
#define _GNU_SOURCE 1
#include "check.h"

/* The kernel refuses GSO without checksums: that destination goes on in single packets, nothing doubled, the others keep GSO. */
void check_refused(void) {
    bv_egress *egress = create();
    const int senders[2] = {udp_socket(AF_INET), udp_socket(AF_INET)};
    const int no_checksum = 1;
    /* The first packet goes out before the refused run. */
    static const uint32_t sizes[] = {30, 1200, 1200, 1200, 400, 1200, 800};
    const uint32_t count = lay_out(sizes, 7);
    int fds[4];

    CHECK(setsockopt(senders[1], SOL_SOCKET, SO_NO_CHECK, &no_checksum, sizeof no_checksum) == 0);
    for (int i = 0; i < 4; i++) {
        bv_destination destination;
        fds[i] = receiver(AF_INET, senders[i % 2], &destination);
        CHECK(add_active(egress, &destination) == i);
        CHECK(stats_of(egress, i).gso == 1);
    }
    for (int round = 0; round < 2; round++) CHECK(bv_egress_send(egress, block, packets, count) == 0);
    for (int i = 0; i < 4; i++) {
        expect_frame(fds[i], count);
        expect_frame(fds[i], count);
        expect_silence(fds[i]);
        CHECK(stats_of(egress, i).gso == (i % 2 ? 0u : 1u));
        CHECK(stats_of(egress, i).packets == 2 * count && stats_of(egress, i).lost == 0);
        CHECK(stats_of(egress, i).bytes == 2 * 6030);
    }
    bv_egress_destroy(egress);
}

/*
 * Closed ports answer with ICMP. With IP_RECVERR on, as Bun leaves it, every answer fails a later send; off, none does.
 * Of eight viewers, on two sockets in turn, the third, fourth, seventh and eighth are dead: the last error of a round meets a healthy one in the next.
 */
void check_dead(bool prepare) {
    bv_egress *egress = create();
    const int senders[2] = {udp_socket(AF_INET), udp_socket(AF_INET6)};
    const int on = 1;
    const uint32_t count = lay_out_even(40, 900, 30);
    int fds[8];

    for (int i = 0; i < 2; i++) {
        CHECK(setsockopt(senders[i], IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0);
        if (i == 1) CHECK(setsockopt(senders[i], IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on) == 0);
        if (prepare) CHECK(bv_udp_prepare(senders[i], 1 << 20) == 0);
    }
    for (int i = 0; i < 8; i++) {
        bv_destination destination;
        fds[i] = receiver(i % 2 ? AF_INET6 : AF_INET, senders[i % 2], &destination);
        CHECK(add_active(egress, &destination) == i);
        if (i % 4 >= 2) close(fds[i]);
    }
    for (int round = 0; round < 5; round++) {
        CHECK(bv_egress_send(egress, block, packets, count) == 0);
        for (int i = 0; i < 8; i++) {
            if (i % 4 < 2) expect_frame(fds[i], count);
        }
    }
    for (int i = 0; i < 8; i++) {
        if (i % 4 >= 2) continue;
        expect_silence(fds[i]);
        CHECK(stats_of(egress, i).packets == 5 * count && stats_of(egress, i).lost == 0 && stats_of(egress, i).gso == 1);
    }
    for (int i = 0; i < 2; i++) {
        int pending = 0;
        socklen_t length = sizeof pending;
        CHECK(getsockopt(senders[i], SOL_SOCKET, SO_ERROR, &pending, &length) == 0);
        CHECK(pending == (prepare ? 0 : ECONNREFUSED));
    }
    bv_egress_destroy(egress);
}

/* Run where the loopback's MTU is below the packets': GSO cannot be, fragments can. */
void check_small_mtu(void) {
    bv_egress *egress = create();
    const int sender = udp_socket(AF_INET);
    bv_destination destination;
    const int fd = receiver(AF_INET, sender, &destination);
    const int id = add_active(egress, &destination);
    const uint32_t count = lay_out_even(12, 1400, 300);

    for (int round = 0; round < 2; round++) {
        CHECK(bv_egress_send(egress, block, packets, count) == 0);
        expect_frame(fd, count);
    }
    expect_silence(fd);
    CHECK(stats_of(egress, id).gso == 0 && stats_of(egress, id).packets == 2 * count);
    /* Without leave to fragment the packets are lost, and said to be. */
    const int dont_fragment = IP_PMTUDISC_DO;
    CHECK(setsockopt(sender, IPPROTO_IP, IP_MTU_DISCOVER, &dont_fragment, sizeof dont_fragment) == 0);
    CHECK(bv_egress_send(egress, block, packets, count) == 1);
    CHECK(stats_of(egress, id).lost == count && stats_of(egress, id).last_error == -EMSGSIZE);
    bv_egress_destroy(egress);
}

/* Run where 10.9.9.2 lies behind a link that passes next to nothing: its socket fills, the loopback's viewers lose nothing. */
void check_full_socket(void) {
    bv_egress *egress = create();
    const int senders[2] = {udp_socket(AF_INET), udp_socket(AF_INET)};
    bv_destination destination;
    const uint32_t count = lay_out_even(20, 1200, 1200);
    int fds[2];

    CHECK(bv_udp_prepare(senders[0], 65536) == 0);
    destination = (bv_destination){.fd = senders[0], .family = 4, .port = 9, .address = {10, 9, 9, 2}};
    CHECK(add_active(egress, &destination) == 0);
    for (int i = 0; i < 2; i++) {
        fds[i] = receiver(AF_INET, senders[1], &destination);
        add_active(egress, &destination);
    }
    int losers = 0;
    for (int round = 0; round < 50; round++) {
        losers += bv_egress_send(egress, block, packets, count);
        for (int i = 0; i < 2; i++) expect_frame(fds[i], count);
    }
    const bv_destination_stats slow = stats_of(egress, 0);
    CHECK(losers > 0 && losers < 50);
    CHECK(slow.lost > 0 && slow.packets > 0 && slow.lost + slow.packets == 50 * count && slow.last_error == -EAGAIN);
    CHECK(stats_of(egress, 1).lost == 0 && stats_of(egress, 2).lost == 0);
    bv_egress_destroy(egress);
}
