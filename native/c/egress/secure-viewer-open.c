/* How a viewer of the secure egress comes to be: its parameters checked, its keys derived, its header extensions laid out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "secure-viewer.h"

#define EXTENSION_HEADER_BYTES 4u
#define MAX_EXTENSION_ID 14u /* RFC 8285 §4.2 */

static bool is_payload_type(uint32_t value)
{
    return value < 64 || (value > 95 && value < 128);
}

/* The `size` IDs are in range, and none but 0 stands twice. */
static bool are_extension_ids(const uint32_t *ids, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (ids[i] > MAX_EXTENSION_ID)
            return false;
        for (size_t j = 0; j < i; j++) {
            if (ids[i] != 0 && ids[i] == ids[j])
                return false;
        }
    }
    return true;
}

static bool is_valid(const bv_secure_viewer *viewer)
{
    const uint32_t ids[] = {viewer->abs_send_time_id, viewer->transport_sequence_id, viewer->mid_id};
    const size_t mid_bytes = strnlen(viewer->mid, sizeof viewer->mid);

    if (viewer->profile != BV_SRTP_AES128_CM_SHA1_80 && viewer->profile != BV_SRTP_AEAD_AES_128_GCM)
        return false;
    if (viewer->stream >= BV_MAX_SECURE_STREAMS || !is_payload_type(viewer->payload_type) || viewer->first_sequence > BV_MAX_FIRST_SEQUENCE)
        return false;
    if (viewer->has_rtx) {
        if (viewer->rtx_ssrc == viewer->ssrc || viewer->rtx_payload_type == viewer->payload_type)
            return false;
        if (!is_payload_type(viewer->rtx_payload_type) || viewer->rtx_first_sequence > BV_MAX_FIRST_SEQUENCE)
            return false;
    }
    return are_extension_ids(ids, sizeof ids / sizeof ids[0]) && (viewer->mid_id == 0 || (mid_bytes > 0 && mid_bytes <= BV_MAX_MID));
}

/* Lays one element out, its value left 0; returns where the value stands. */
static uint8_t lay_element(bv_viewer *viewer, uint32_t id, size_t bytes)
{
    const uint8_t at = viewer->extension_bytes;

    viewer->extension[at] = (uint8_t)(id << 4 | (bytes - 1));
    viewer->extension_bytes = (uint8_t)(at + 1 + bytes);
    return at + 1;
}

/* The one-byte header form (RFC 8285 §4.2), padded to whole words. */
static void lay_extension(bv_viewer *viewer, const bv_secure_viewer *parameters)
{
    if (parameters->abs_send_time_id == 0 && parameters->transport_sequence_id == 0 && parameters->mid_id == 0)
        return;
    viewer->extension_bytes = EXTENSION_HEADER_BYTES;
    if (parameters->abs_send_time_id != 0)
        viewer->send_time_at = lay_element(viewer, parameters->abs_send_time_id, 3);
    if (parameters->transport_sequence_id != 0)
        viewer->transport_at = lay_element(viewer, parameters->transport_sequence_id, 2);
    if (parameters->mid_id != 0) {
        const size_t mid_bytes = strnlen(parameters->mid, BV_MAX_MID);
        const uint8_t at = lay_element(viewer, parameters->mid_id, mid_bytes);
        memcpy(viewer->extension + at, parameters->mid, mid_bytes);
    }
    while (viewer->extension_bytes % 4 != 0)
        viewer->extension_bytes++;
    bv_put16(viewer->extension, 0xbede);
    bv_put16(viewer->extension + 2, (viewer->extension_bytes - EXTENSION_HEADER_BYTES) / 4);
}

static int open_ciphers(bv_viewer *viewer, const bv_secure_viewer *parameters)
{
    const uint32_t profile = parameters->profile;
    int result = bv_srtp_open(&viewer->rtp, profile, parameters->local_key, parameters->local_salt, BV_SRTP_LABEL_RTP);

    if (result == 0)
        result = bv_srtp_open(&viewer->rtcp_out, profile, parameters->local_key, parameters->local_salt, BV_SRTP_LABEL_RTCP);
    if (result == 0)
        result = bv_srtp_open(&viewer->rtcp_in, profile, parameters->remote_key, parameters->remote_salt, BV_SRTP_LABEL_RTCP);
    return result;
}

bv_viewer *bv_viewer_open(const bv_secure_viewer *parameters, int *error)
{
    bv_viewer *viewer = NULL;

    *error = is_valid(parameters) ? -ENOMEM : BV_ERR_BAD_ARGUMENT;
    if (*error == -ENOMEM)
        viewer = calloc(1, sizeof *viewer);
    if (viewer == NULL)
        return NULL;
    viewer->stream = parameters->stream;
    viewer->timestamp_offset = parameters->timestamp_offset;
    viewer->media = (bv_rtp_source){
        .ssrc = parameters->ssrc, .payload_type = (uint8_t)parameters->payload_type, .next = parameters->first_sequence};
    viewer->has_rtx = parameters->has_rtx != 0;
    viewer->rtx = (bv_rtp_source){
        .ssrc = parameters->rtx_ssrc, .payload_type = (uint8_t)parameters->rtx_payload_type, .next = parameters->rtx_first_sequence};
    lay_extension(viewer, parameters);
    *error = open_ciphers(viewer, parameters);
    if (*error < 0) {
        bv_viewer_close(viewer);
        return NULL;
    }
    return viewer;
}

void bv_viewer_close(bv_viewer *viewer)
{
    bv_srtp_close(&viewer->rtp);
    bv_srtp_close(&viewer->rtcp_out);
    bv_srtp_close(&viewer->rtcp_in);
    free(viewer);
}
