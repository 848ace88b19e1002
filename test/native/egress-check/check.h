/* What the cases share: a frame whose bytes tell where they belong, and receivers that compare. */
#ifndef EGRESS_CHECK_H
#define EGRESS_CHECK_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../native/include/shim.h"
#include "../check.h"

extern uint8_t block[1 << 20];
extern uint32_t packets[2 * BV_MAX_PACKETS];

/* Makes a frame whose packets have these sizes, with gaps between them; every byte tells its packet and place. Returns `count`. */
uint32_t lay_out(const uint32_t *sizes, uint32_t count);
/* The same with `count` packets of `size`, the last of `last`. */
uint32_t lay_out_even(uint32_t count, uint32_t size, uint32_t last);
int udp_socket(int family);
/* A socket bound on loopback and the destination that leads to it from `sender`. */
int receiver(int family, int sender, bv_destination *out);
bv_egress *create(void);
int add_active(bv_egress *egress, const bv_destination *destination);
/* The whole frame arrives in order, once, unchanged. */
void expect_frame(int fd, uint32_t count);
void expect_silence(int fd);
bv_destination_stats stats_of(bv_egress *egress, int id);

void check_shapes(void);
void check_table(void);
void check_batches(void);
void check_source(void);
void check_prepare(void);
void check_refused(void);
void check_dead(bool prepare);
void check_small_mtu(void);
void check_full_socket(void);

#endif
