/* Everything in wild order, against a model that knows what every packet of every viewer must hold. */
#include "check.h"

#define VIEWERS 12u
#define STEPS 3000u
#define MODEL_PACKETS 4096u

typedef struct {
    bool used;
    peer peer;
    uint32_t stream;
    uint32_t sums[MODEL_PACKETS]; /* of payloads, by index */
} model;

static stream streams[2];
static model models[VIEWERS];
static uint8_t out[BLOCK_BYTES * 2];
static uint32_t state;
static uint32_t added;

static uint32_t sum_of(const uint8_t *bytes, uint32_t count) {
    uint32_t sum = count;
    for (uint32_t i = 0; i < count; i++) sum = sum * 31 + bytes[i];
    return sum;
}

static void step_add(bv_secure_egress *egress, uint32_t id) {
    bv_secure_viewer parameters =
        parameters_of(pseudo_random(&state, 2) ? BV_SRTP_AEAD_AES_128_GCM : BV_SRTP_AES128_CM_SHA1_80, ++added, pseudo_random(&state, 2));
    const bv_destination nowhere = {.fd = 0x7ffffff, .family = 4, .port = 9, .address = {127, 0, 0, 1}};

    parameters.first_sequence = pseudo_random(&state, 2) ? BV_MAX_FIRST_SEQUENCE : 0;
    parameters.stream = pseudo_random(&state, 2);
    if (pseudo_random(&state, 4) == 0) parameters.transport_sequence_id = 0;
    peer_open(&models[id].peer, &parameters);
    models[id].used = true;
    models[id].stream = parameters.stream;
    CHECK(add(egress, &parameters) == (int)id);
    /* a socket that is none: all that is sent there is a loss, never harm */
    if (pseudo_random(&state, 2)) CHECK(bv_secure_egress_set_destination(egress, id, &nowhere) == 0);
}

static void step_remove(bv_secure_egress *egress, uint32_t id) {
    CHECK(bv_secure_egress_remove(egress, id) == 0);
    peer_close(&models[id].peer);
    models[id].used = false;
}

/* A range of the newest frame of the viewer's stream; an old one again at times, as a burst does. */
static void step_frame(bv_secure_egress *egress, model *model, uint32_t id) {
    stream *stream = &streams[model->stream];
    uint32_t at = 0;

    if (pseudo_random(&state, 3) || stream->count == 0) make_frame(stream, 1 + pseudo_random(&state, 260), 1 + pseudo_random(&state, BV_MAX_SECURE_PAYLOAD), 1 + pseudo_random(&state, BV_MAX_SECURE_PAYLOAD));
    const uint32_t first = pseudo_random(&state, stream->count);
    const uint32_t count = 1 + pseudo_random(&state, stream->count - first);
    const int bytes = bv_secure_egress_frame(egress, id, stream->block, BLOCK_BYTES, stream->packets, first, count, out, sizeof out);
    CHECK(bytes > 0);
    for (uint32_t i = first; i < first + count; i++) {
        const uint32_t length = bv_get16(out + at);
        const uint32_t sum = sum_of(stream->block + stream->packets[2 * i] + 12, stream->packets[2 * i + 1] - 12);
        peer_take(&model->peer, out + at + 2, length);
        CHECK(sum_of(model->peer.payload, model->peer.payload_bytes) == sum);
        model->sums[model->peer.index % MODEL_PACKETS] = sum;
        at += 2 + length;
    }
    CHECK(at == (uint32_t)bytes);
}

static void step_again(bv_secure_egress *egress, model *model, uint32_t id) {
    peer *peer = &model->peer;
    uint16_t sequences[64];
    uint32_t at = 0;

    for (uint32_t i = 0; i < 64; i++) sequences[i] = (uint16_t)(peer->next - pseudo_random(&state, i % 8 ? 300 : 65536));
    const int bytes = bv_secure_egress_frame_retransmissions(egress, id, sequences, pseudo_random(&state, 65), out, pseudo_random(&state, 2) ? sizeof out : 5000);
    CHECK(bytes >= 0);
    while (at < (uint32_t)bytes) {
        const uint32_t length = bv_get16(out + at);
        peer_take(peer, out + at + 2, length);
        const uint64_t index = peer->is_rtx ? peer->next - 1 - (uint16_t)((uint16_t)(peer->next - 1) - peer->original) : peer->index;
        CHECK(sum_of(peer->payload, peer->payload_bytes) == model->sums[index % MODEL_PACKETS]);
        at += 2 + length;
    }
}

/* All that has a destination is lost, and numbered all the same. */
static void step_send(bv_secure_egress *egress, uint32_t id) {
    stream *stream = &streams[models[id].stream];
    uint64_t before[VIEWERS];

    if (stream->count == 0) return;
    CHECK(bv_secure_egress_set_active(egress, id, pseudo_random(&state, 2)) == 0);
    for (uint32_t i = 0; i < VIEWERS; i++) before[i] = models[i].used ? stats_of(egress, (int)i).packets : 0;
    CHECK(bv_secure_egress_send(egress, models[id].stream, stream->block, BLOCK_BYTES, stream->packets, 0, stream->count) >= 0);
    for (uint32_t i = 0; i < VIEWERS; i++) {
        if (!models[i].used) continue;
        const uint64_t packets = stats_of(egress, (int)i).packets - before[i];
        CHECK(packets == 0 || (packets == stream->count && models[i].stream == models[id].stream));
        for (uint32_t j = 0; j < packets; j++) {
            const uint64_t index = models[i].peer.next++;
            models[i].peer.seen[index % SEEN] = 0;
            models[i].sums[index % MODEL_PACKETS] = sum_of(stream->block + stream->packets[2 * j] + 12, stream->packets[2 * j + 1] - 12);
        }
    }
}

static void step_rtcp(bv_secure_egress *egress, uint32_t id) {
    uint8_t packet[200];
    for (uint32_t i = 0; i < sizeof packet; i++) packet[i] = (uint8_t)pseudo_random(&state, 256);
    const uint32_t bytes = 8 + pseudo_random(&state, 100);
    CHECK(bv_srtcp_protect(egress, id, packet, bytes, packet, sizeof packet) > (int)bytes);
    CHECK(bv_srtcp_unprotect(egress, id, packet, bytes + 14, packet, sizeof packet) == -EBADMSG);
}

void check_random(uint32_t seed) {
    bv_secure_egress *egress = create();

    state = seed;
    for (uint32_t step = 0; step < STEPS; step++) {
        const uint32_t id = pseudo_random(&state, VIEWERS);
        model *model = &models[id];
        const uint32_t choice = pseudo_random(&state, 100);
        now_us += pseudo_random(&state, 20000);
        if (!model->used) {
            uint32_t lowest = 0;
            while (models[lowest].used) lowest++;
            step_add(egress, lowest);
        } else if (choice < 4) {
            step_remove(egress, id);
        } else if (choice < 40) {
            step_frame(egress, model, id);
        } else if (choice < 70) {
            step_again(egress, model, id);
        } else if (choice < 80) {
            model->stream = pseudo_random(&state, 2);
            CHECK(bv_secure_egress_set_stream(egress, id, model->stream, pseudo_random(&state, 0xffffffff)) == 0);
        } else if (choice < 90) {
            step_send(egress, id);
        } else {
            step_rtcp(egress, id);
        }
    }
    for (uint32_t id = 0; id < VIEWERS; id++) {
        if (models[id].used) step_remove(egress, id);
    }
    bv_secure_egress_destroy(egress);
}
