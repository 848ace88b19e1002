/*
 * Secure egress: RTP packets of shared streams to many viewers, each with keys, numbers and header extensions of its own. Part of shim.h, whose conventions hold.
 *
 * A viewer's SRTP session has one master key and salt a direction (RFC 5764), one media source and, for retransmissions,
 * one RTX source (RFC 4588). It is sent, in place of the shared header, its own SSRC, payload type, sequence numbers and
 * timestamps, and the one-byte header extensions (RFC 8285) that were negotiated.
 */
#ifndef BV_SECURE_EGRESS_H
#define BV_SECURE_EGRESS_H

/* Protection profiles by their numbers in DTLS-SRTP (RFC 5764 §4.1.2, RFC 7714 §14.2). */
#define BV_SRTP_AES128_CM_SHA1_80 1u
#define BV_SRTP_AEAD_AES_128_GCM 7u

#define BV_MAX_SECURE_VIEWERS 1024u    /* of one egress */
#define BV_MAX_SECURE_STREAMS 16u      /* of one egress */
#define BV_MAX_SECURE_PACKETS 8192u    /* of one call */
#define BV_MAX_SECURE_DATAGRAM 1200u   /* bytes of UDP payload, all in */
#define BV_MAX_SECURE_PAYLOAD 1138u    /* of the datagram less ChannelData header 4, header 12, extensions 28, number of the original 2, tag 16 */
#define BV_MAX_SECURE_RTCP 1180u       /* plain compound packet: of the datagram less tag 16, index 4 */
#define BV_MAX_MID 16u                 /* characters of the mid extension */
#define BV_SENT_PACKETS 1024u          /* packets whose sending is remembered for congestion feedback */
#define BV_FRAMING_BYTES 2u            /* length before each packet on a stream transport (RFC 4571) */
#define BV_CHANNEL_BYTES 4u            /* channel and length before each packet to a TURN server (RFC 8656 §12.4) */
#define BV_MIN_CHANNEL 0x4000u
#define BV_MAX_CHANNEL 0x4fffu
#define BV_MAX_FIRST_SEQUENCE 32767u   /* so that the loss of the very first packets cannot mislead a receiver about the rollover counter */

typedef struct bv_secure_egress bv_secure_egress;

typedef struct {
    uint32_t profile;            /* BV_SRTP_* */
    uint32_t stream;             /* 0 … BV_MAX_SECURE_STREAMS - 1, the caller's numbering */
    uint32_t timestamp_offset;   /* added to the stream's timestamps, modulo 2^32 */
    uint32_t ssrc;
    uint32_t payload_type;       /* 0–127, not 64–95, which mean RTCP (RFC 5761 §4) */
    uint32_t first_sequence;     /* 0 … BV_MAX_FIRST_SEQUENCE, random */
    uint32_t has_rtx;            /* 1: retransmissions go out as RTX with the next three */
    uint32_t rtx_ssrc;           /* another than ssrc */
    uint32_t rtx_payload_type;   /* another than payload_type */
    uint32_t rtx_first_sequence;
    uint32_t abs_send_time_id;   /* of the header extensions: 1–14, each its own; 0 = not negotiated */
    uint32_t transport_sequence_id;
    uint32_t mid_id;
    uint8_t local_key[16];       /* master key and salt of what we send */
    uint8_t local_salt[14];      /* GCM uses the first 12 bytes */
    uint8_t remote_key[16];      /* of what the viewer sends */
    uint8_t remote_salt[14];
    char mid[20];                /* NUL-terminated ASCII; 1 … BV_MAX_MID characters where mid_id is given */
} bv_secure_viewer;

typedef struct {
    uint64_t packets;            /* of the media source, plain retransmissions included: for sender reports */
    uint64_t octets;             /* of their payloads */
    uint64_t rtx_packets;        /* of the RTX source */
    uint64_t rtx_octets;
    uint64_t retransmitted;      /* packets sent again, either way */
    uint64_t bytes;              /* of all datagrams or framed packets that were made */
    uint64_t lost;               /* packets that the kernel did not take, all destinations */
    uint64_t rtcp_refused;       /* incoming SRTCP that was not authentic, malformed or over a limit */
    uint64_t rtcp_replayed;      /* incoming SRTCP that had been taken before, or is too old to know */
    uint64_t last_sent_us;       /* 0 = nothing yet */
    int32_t last_error;          /* -errno of the last loss */
    uint32_t gso;                /* 1 while UDP GSO is used */
    uint32_t next_sequence;      /* of the media source, extended: rollover counter × 65536 + sequence number, low 32 bits */
    uint32_t last_timestamp;     /* of the media source; of no meaning before the first packet */
    uint32_t next_transport_sequence; /* 16 bits */
    uint32_t active;
} bv_secure_viewer_stats;

BV_API int bv_secure_egress_create(bv_secure_egress **out);
/* Wipes all keys. Sockets stay open. */
BV_API void bv_secure_egress_destroy(bv_secure_egress *egress);
/*
 * Returns the viewer's id (≥ 0). It is created inactive and without a destination. A pair of master keys is for one viewer and one
 * call only: the same key with numbers that start over would give its secrets away. BV_ERR_BAD_ARGUMENT, -ENOSPC over BV_MAX_SECURE_VIEWERS, -ENOMEM.
 */
BV_API int bv_secure_egress_add(bv_secure_egress *egress, const bv_secure_viewer *viewer);
BV_API int bv_secure_egress_remove(bv_secure_egress *egress, uint32_t id);
/* Where the viewer's datagrams go from now on; NULL: nowhere, what it is sent is made with bv_secure_egress_frame. */
BV_API int bv_secure_egress_set_destination(bv_secure_egress *egress, uint32_t id, const bv_destination *destination);
/*
 * Makes ChannelData of each packet from now on (RFC 8656 §12.4), for a TURN server that relays it to the viewer; padded to whole words by
 * bv_secure_egress_frame, as such servers want it over TCP. 0: plain packets, as at first. BV_ERR_BAD_ARGUMENT for what is no channel.
 */
BV_API int bv_secure_egress_set_channel(bv_secure_egress *egress, uint32_t id, uint32_t channel);
/*
 * The stream that the viewer gets from now on; to be called between two frames, the next one a keyframe. Sequence numbers go on. A frame
 * that is not later than the one before it, by less than a second, is dated one tick after it: receivers take equal timestamps for one frame.
 */
BV_API int bv_secure_egress_set_stream(bv_secure_egress *egress, uint32_t id, uint32_t stream, uint32_t timestamp_offset);
BV_API int bv_secure_egress_set_active(bv_secure_egress *egress, uint32_t id, uint32_t active);
/*
 * Sends packets to every active viewer of `stream` that has a destination: as bv_egress_send does, after protection. `packets` holds pairs (offset, size)
 * of RTP packets inside the `block_bytes` of `block`; pairs `first` … `first + count - 1` are meant. Packets have the fixed header of
 * 12 bytes only, and 1 … BV_MAX_SECURE_PAYLOAD bytes of payload; marker, sequence number and timestamp are read from them, and the last two
 * with `stream` name a packet that is given again. All are checked before anything is sent. Returns how many viewers lost something.
 */
BV_API int bv_secure_egress_send(bv_secure_egress *egress, uint32_t stream, const uint8_t *block, uint32_t block_bytes, const uint32_t *packets,
                                 uint32_t first, uint32_t count);
/* The same to one viewer, active or not, of the stream that it has. Returns 1 when something was lost; -EDESTADDRREQ without a destination. */
BV_API int bv_secure_egress_send_to(bv_secure_egress *egress, uint32_t id, const uint8_t *block, uint32_t block_bytes, const uint32_t *packets,
                                    uint32_t first, uint32_t count);
/* The same into `out`, each packet behind its length in two bytes, network order (RFC 4571), or as ChannelData. Returns the bytes written; -ENOBUFS, and nothing is used up, where `capacity` is less than those. */
BV_API int bv_secure_egress_frame(bv_secure_egress *egress, uint32_t id, const uint8_t *block, uint32_t block_bytes, const uint32_t *packets,
                                  uint32_t first, uint32_t count, uint8_t *out, uint32_t capacity);
/*
 * Sends packets of the last second again (at most BV_MAX_SECURE_PACKETS sequence numbers): as RTX, else the very same datagrams.
 * Left out is what is unknown or too old, was sent again ten times, or less than ten milliseconds ago. Returns how many were sent.
 */
BV_API int bv_secure_egress_retransmit(bv_secure_egress *egress, uint32_t id, const uint16_t *sequences, uint32_t count);
/* The same into `out`, framed. Returns the bytes written; what has no room is left out. */
BV_API int bv_secure_egress_frame_retransmissions(bv_secure_egress *egress, uint32_t id, const uint16_t *sequences, uint32_t count, uint8_t *out,
                                                  uint32_t capacity);
/*
 * What was sent under `count` transport-wide sequence numbers from `first` on: pairs (time of sending, microseconds; bytes of the
 * datagram) in `out`, both 0 where it is not known (any more). At most BV_SENT_PACKETS. Returns how many are known.
 */
BV_API int bv_secure_egress_sent(bv_secure_egress *egress, uint32_t id, uint32_t first, uint32_t count, double *out);
BV_API int bv_secure_egress_stats(bv_secure_egress *egress, uint32_t id, bv_secure_viewer_stats *out);
/*
 * Protects a compound RTCP packet of 8 … BV_MAX_SECURE_RTCP bytes. `out` may be `packet`. Returns the bytes written, at most 20 more.
 * -ENOBUFS where `capacity` is less; -EOVERFLOW when the key is used up (2^31 packets).
 */
BV_API int bv_srtcp_protect(bv_secure_egress *egress, uint32_t id, const uint8_t *packet, uint32_t bytes, uint8_t *out, uint32_t capacity);
/*
 * Checks and decrypts what a viewer sent. `out` may be `packet`; its content is undefined on failure. Returns the bytes of the compound
 * packet. -EBADMSG: not authentic, or no encrypted SRTCP at all; -EALREADY: a replay; -ENOSPC: too many sources; -ENOBUFS: `capacity` is less than `bytes`.
 */
BV_API int bv_srtcp_unprotect(bv_secure_egress *egress, uint32_t id, const uint8_t *packet, uint32_t bytes, uint8_t *out, uint32_t capacity);

/* Prepares a TCP socket for media: sends at once (TCP_NODELAY), and takes no more than about `unsent_bytes` beyond what is under way, so that what is late can still be left out. */
BV_API int bv_tcp_prepare(int fd, uint32_t unsent_bytes);
/* Bytes that a TCP socket took and its peer has not acknowledged. */
BV_API int bv_tcp_outstanding(int fd);

#endif
