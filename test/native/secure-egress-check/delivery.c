/* Datagrams over real sockets. */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <unistd.h>

#include "check.h"

#define VIEWERS 6u
#define RECEIVE_BUFFER (8 << 20)

static stream streams[2];
static peer peers[VIEWERS];
static int receivers[VIEWERS];
static int spare[VIEWERS];
static bv_destination spare_destinations[VIEWERS];

static int udp_socket(int family) {
    const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    return fd;
}

/* A socket bound on loopback and the destination that leads to it from `sender`. */
static int receiver(int family, int sender, bv_destination *out) {
    const int fd = udp_socket(family);
    const int size = RECEIVE_BUFFER;
    const struct timeval patience = {.tv_sec = 5};
    bv_socket_address address = {.v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
    socklen_t length = sizeof address.v6;

    if (family == AF_INET) address.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (family == AF_INET) length = sizeof address.v4;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    CHECK(bind(fd, &address.any, length) == 0);
    CHECK(getsockname(fd, &address.any, &length) == 0);
    *out = (bv_destination){.fd = sender, .family = family == AF_INET6 ? 6 : 4, .port = ntohs(address.v4.sin_port)};
    if (family == AF_INET6) memcpy(out->address, &address.v6.sin6_addr, 16);
    else memcpy(out->address, &address.v4.sin_addr, 4);
    return fd;
}

static void expect_frame(peer *peer, int fd, const stream *stream) {
    uint8_t datagram[2048];
    for (uint32_t i = 0; i < stream->count; i++) {
        const ssize_t size = recv(fd, datagram, sizeof datagram, 0);
        CHECK(size > 0);
        peer_take(peer, datagram, (uint32_t)size);
        CHECK(memcmp(peer->payload, stream->block + stream->packets[2 * i] + 12, peer->payload_bytes) == 0);
        CHECK(peer->payload_bytes == stream->packets[2 * i + 1] - 12 && peer->marker == (i + 1 == stream->count));
    }
}

static void expect_silence(int fd) {
    uint8_t byte = 0;
    CHECK(recv(fd, &byte, sizeof byte, MSG_DONTWAIT) < 0 && errno == EAGAIN);
}

static int send_stream(bv_secure_egress *egress, uint32_t stream) {
    return bv_secure_egress_send(egress, stream, streams[stream].block, BLOCK_BYTES, streams[stream].packets, 0, streams[stream].count);
}

/* Six viewers of two streams, by IPv4 and IPv6; every second socket refuses GSO. */
static bv_secure_egress *open_viewers(void) {
    bv_secure_egress *egress = create();
    const int no_checksum = 1;

    for (uint32_t i = 0; i < VIEWERS; i++) {
        const int family = i % 3 == 1 ? AF_INET6 : AF_INET;
        const int sender = udp_socket(family);
        bv_destination destination;
        bv_secure_viewer parameters = parameters_of(i % 2 ? BV_SRTP_AES128_CM_SHA1_80 : BV_SRTP_AEAD_AES_128_GCM, i, i < 3);
        parameters.stream = i / 4;
        if (i == 2 || i == 3) CHECK(setsockopt(sender, SOL_SOCKET, SO_NO_CHECK, &no_checksum, sizeof no_checksum) == 0);
        receivers[i] = receiver(family, sender, &destination);
        spare[i] = receiver(AF_INET, udp_socket(AF_INET), &spare_destinations[i]);
        peer_open(&peers[i], &parameters);
        CHECK(add(egress, &parameters) == (int)i);
        CHECK(bv_secure_egress_set_destination(egress, i, &destination) == 0);
        CHECK(bv_secure_egress_set_active(egress, i, 1) == 0);
    }
    return egress;
}

void check_delivery(void) {
    bv_secure_egress *egress = open_viewers();
    const uint16_t none = 0;

    for (uint32_t round = 0; round < 4; round++) {
        /* one chunk, three chunks, single packets */
        make_frame(&streams[0], round == 1 ? 300 : round + 1, 1100, 400);
        make_frame(&streams[1], 7, 300, 300);
        CHECK(send_stream(egress, 0) == 0 && send_stream(egress, 1) == 0);
        for (uint32_t i = 0; i < VIEWERS; i++) expect_frame(&peers[i], receivers[i], &streams[i / 4]);
    }
    for (uint32_t i = 0; i < VIEWERS; i++) {
        expect_silence(receivers[i]);
        CHECK(stats_of(egress, (int)i).gso == (i == 2 || i == 3 ? 0 : 1) && stats_of(egress, (int)i).lost == 0);
    }
    /* the inactive get nothing, but what is sent to them alone; a new address counts at once; without one nothing is sent */
    CHECK(bv_secure_egress_set_active(egress, 0, 0) == 0 && bv_secure_egress_set_destination(egress, 2, NULL) == 0);
    CHECK(bv_secure_egress_set_destination(egress, 1, &spare_destinations[1]) == 0);
    make_frame(&streams[0], 30, 1000, 50);
    CHECK(send_stream(egress, 0) == 0);
    expect_frame(&peers[1], spare[1], &streams[0]);
    expect_frame(&peers[3], receivers[3], &streams[0]);
    CHECK(bv_secure_egress_send_to(egress, 0, streams[0].block, BLOCK_BYTES, streams[0].packets, 0, 30) == 0);
    expect_frame(&peers[0], receivers[0], &streams[0]);
    CHECK(egress->history.count == 4 * 7 + 300 + 1 + 3 + 4 + 30); /* it was there already */
    now_us += 20000;
    for (uint32_t i = 0; i < VIEWERS; i++) {
        uint8_t datagram[2048];
        uint16_t lost[200];
        for (uint32_t j = 0; j < 200; j++) lost[j] = (uint16_t)(peers[i].next - 7 + j % 7);
        if (i == 2) continue;
        CHECK(bv_secure_egress_retransmit(egress, i, lost, 200) == 7 && bv_secure_egress_retransmit(egress, i, &none, 0) == 0);
        for (uint32_t j = 0; j < 7; j++) {
            const ssize_t size = recv(i == 1 ? spare[i] : receivers[i], datagram, sizeof datagram, 0);
            CHECK(size > 0);
            peer_take(&peers[i], datagram, (uint32_t)size);
            CHECK(peers[i].is_rtx == (i < 3) && (peers[i].is_rtx ? peers[i].original : (uint16_t)peers[i].index) == lost[j]);
        }
    }
    for (uint32_t i = 0; i < VIEWERS; i++) {
        expect_silence(receivers[i]);
        peer_close(&peers[i]);
    }
    bv_secure_egress_destroy(egress);
}

/* Viewers that are gone or cannot be reached lose alone; their numbers go on, and what they lost can come again. */
void check_trouble(void) {
    bv_secure_egress *egress = open_viewers();
    uint8_t datagram[2048];

    close(receivers[0]);
    spare_destinations[3].has_source = 1;
    memset(spare_destinations[3].source, 9, 4); /* not ours */
    CHECK(bv_secure_egress_set_destination(egress, 3, &spare_destinations[3]) == 0);
    for (uint32_t round = 0; round < 5; round++) {
        make_frame(&streams[0], 200, 1000, 20);
        CHECK(send_stream(egress, 0) == 1);
        expect_frame(&peers[1], receivers[1], &streams[0]);
        expect_frame(&peers[2], receivers[2], &streams[0]);
    }
    const bv_secure_viewer_stats stats = stats_of(egress, 3);
    CHECK(stats.lost == 1000 && stats.last_error != 0 && stats.packets == 1000 && stats_of(egress, 1).lost == 0);
    spare_destinations[3].has_source = 0;
    CHECK(bv_secure_egress_set_destination(egress, 3, &spare_destinations[3]) == 0);
    const uint16_t sequence = (uint16_t)(peers[3].parameters.first_sequence + 999);
    CHECK(bv_secure_egress_retransmit(egress, 3, &sequence, 1) == 1);
    peers[3].next += 999;
    const ssize_t size = recv(spare[3], datagram, sizeof datagram, 0);
    CHECK(size > 0);
    peer_take(&peers[3], datagram, (uint32_t)size);
    CHECK(peers[3].payload_bytes == 20 && memcmp(peers[3].payload, streams[0].block + streams[0].packets[398] + 12, 20) == 0);
    for (uint32_t i = 0; i < VIEWERS; i++) peer_close(&peers[i]);
    bv_secure_egress_destroy(egress);
}
