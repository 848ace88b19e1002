/*
 * bun-ffi-v4l2: the one public header of the native library (picture-stage.h is a part of it).
 *
 * The library captures from V4L2 cameras (or a built-in test source), encodes H.264 and JPEG in one thread a camera,
 * hands encoded access units to the host program through a ring, and sends blocks of packets to many UDP destinations.
 * It knows nothing of RTSP, users or settings.
 *
 * Conventions
 *  - Functions return 0 or a positive count on success, a negative number on failure: -errno, or a BV_ERR_* below -1000.
 *  - No call blocks for longer than a few microseconds unless its comment says so.
 *  - Every handle is owned by the caller, who ends it with the matching close/destroy; passing NULL there is allowed.
 *  - A handle is used from one thread (the host's); the library's own threads are invisible.
 *  - Structs are flat, little-endian in memory as the machine is, checked by bv_abi_layout at load.
 *  - Times are microseconds of CLOCK_MONOTONIC unless the name says otherwise.
 */
#ifndef BV_SHIM_H
#define BV_SHIM_H

#include <stdint.h>

#define BV_ABI_VERSION 4u

#define BV_API __attribute__((visibility("default")))

/* ---- error codes of our own (others are -errno) ---- */
#define BV_ERR_NOT_CAPTURE (-1001)     /* the node is no video capture device */
#define BV_ERR_NO_FORMAT (-1002)       /* no pixel format that we can read */
#define BV_ERR_ENCODER (-1003)         /* the encoder refused its parameters */
#define BV_ERR_THREAD (-1004)          /* the capture thread could not be started */
#define BV_ERR_CORRUPT (-1005)         /* compressed picture is damaged */
#define BV_ERR_STALLED (-1006)         /* the camera delivers no frames */
#define BV_ERR_BAD_ARGUMENT (-1007)    /* a value out of the documented range */

/* ---- limits ---- */
#define BV_MAX_WIDTH 4096u
#define BV_MAX_HEIGHT 4096u
#define BV_MAX_NALS 64u                /* NAL units in one access unit; units with more are dropped and counted */
#define BV_MAX_ACCESS_UNIT (2u << 20)  /* bytes; larger ones are dropped and counted */
#define BV_ARENA_BYTES (8u << 20)      /* memory of one pipeline's ring */
#define BV_MAX_SLOTS 128u              /* access units in one ring */
#define BV_MAX_DESTINATIONS 1024u      /* of one egress */
#define BV_MAX_PACKETS 8192u           /* of one bv_egress_send: more than the largest access unit has in packets of 300 bytes */

/* ---- ABI ---- */

/* BV_ABI_VERSION of the library, to be compared with the one that the bindings were written for. */
BV_API uint32_t bv_abi_version(void);
/*
 * Layout of every public struct: writes pairs (sizeof, then offsetof each member in order of declaration), struct after
 * struct in order of declaration in this header, and returns how many numbers there are. Writes at most `capacity`.
 */
BV_API uint32_t bv_abi_layout(uint32_t *out, uint32_t capacity);
/* Now, CLOCK_MONOTONIC, microseconds: the clock of every time in this library. */
BV_API uint64_t bv_clock_us(void);

/* ---- V4L2 devices: queries and controls (blocking ioctls, milliseconds at most on a sane driver) ---- */

typedef struct bv_device bv_device;

typedef struct {
    char driver[16];       /* NUL-terminated UTF-8, as QUERYCAP gives them */
    char card[32];
    char bus[32];
    uint32_t version;      /* kernel version code */
    uint32_t capabilities; /* V4L2_CAP_* of this node */
    uint32_t multiplanar;  /* 1: the capture queue is multi-planar */
    uint32_t reserved;
} bv_device_identity;

typedef struct {
    uint32_t fourcc;       /* V4L2_PIX_FMT_* */
    uint32_t width;        /* pixels */
    uint32_t height;
    uint32_t fps_millihertz; /* frames in 1000 s: 29970 is 29.97 fps; 0 when the driver does not say */
    uint32_t flags;        /* BV_MODE_* */
} bv_mode;
#define BV_MODE_READABLE 1u /* a pixel format that the pipeline can read */

typedef struct {
    uint32_t id;           /* V4L2_CID_* */
    uint32_t type;         /* V4L2_CTRL_TYPE_* */
    uint32_t flags;        /* V4L2_CTRL_FLAG_* */
    uint32_t reserved;
    int64_t minimum;
    int64_t maximum;
    int64_t step;
    int64_t default_value;
    int64_t value;         /* now; 0 when it cannot be read */
    char name[32];
} bv_control;

typedef struct {
    int64_t value;         /* integer menus: the number shown */
    uint32_t index;        /* what is written to the control */
    uint32_t reserved;
    char name[32];
} bv_menu_item;

/* Opens a capture node for queries. Errors: -ENOENT, -EACCES, -EBUSY, -ENODEV, BV_ERR_NOT_CAPTURE. Does not disturb a running capture. */
BV_API int bv_device_open(const char *path, bv_device **out);
BV_API void bv_device_close(bv_device *device);
BV_API int bv_device_identify(bv_device *device, bv_device_identity *out);
/* All modes (format × discrete size × rate; stepwise sizes are given as the usual ones inside their range). Returns how many there are; writes at most `capacity`. */
BV_API int bv_device_modes(bv_device *device, bv_mode *out, uint32_t capacity);
/* All user, camera and codec controls that are not disabled. Returns how many; writes at most `capacity`. */
BV_API int bv_device_controls(bv_device *device, bv_control *out, uint32_t capacity);
BV_API int bv_device_menu(bv_device *device, uint32_t control_id, bv_menu_item *out, uint32_t capacity);
BV_API int bv_device_get_control(bv_device *device, uint32_t control_id, int64_t *value);
/* Sets a control; `value` holds what the driver made of it afterwards. -ERANGE, -EACCES (read only or grabbed), -ENODEV (gone). */
BV_API int bv_device_set_control(bv_device *device, uint32_t control_id, int64_t *value);

/* ---- pipeline: source → pixels → encoders → ring ---- */

typedef struct bv_pipeline bv_pipeline;

#define BV_STREAM_MAIN 0u
#define BV_STREAM_SUB 1u
#define BV_STREAM_COUNT 2u
#define BV_STREAM_STILL 2u  /* in bv_frame.stream: a JPEG still */

#define BV_SOURCE_NONE 0u   /* the "camera offline" slate */
#define BV_SOURCE_TEST 1u
#define BV_SOURCE_V4L2 2u

typedef struct {
    uint32_t kind;          /* BV_SOURCE_* */
    uint32_t width;         /* wanted; the driver's nearest is taken and scaled to what each encoder asks for */
    uint32_t height;
    uint32_t fps;           /* wanted; the camera's nearest rate at or above it, frames then dropped evenly */
    uint32_t fourcc;        /* V4L2: pixel format wanted, 0 = the best for this size and rate */
    uint32_t noise;         /* test: amplitude of sensor-like noise in luma steps, 0–16 */
    uint32_t pattern;       /* test: which of the two pictures, 0 or 1 */
    uint32_t allow_passthrough; /* V4L2: 1 = take the camera's own H.264 for the main stream where it offers it at this size */
    uint32_t stall_ms;      /* silence after which the slate is shown, 0 = 800; at least three frame periods */
    char path[256];         /* V4L2: device node; NUL-terminated */
    char slate_text[64];    /* ASCII shown on the slate instead of "CAMERA OFFLINE" when not empty */
} bv_source_config;

typedef struct {
    uint32_t enabled;
    uint32_t width;         /* even, 64 … BV_MAX_WIDTH */
    uint32_t height;
    uint32_t fps;           /* 1–120; at most the source's rate is delivered, frames dropped evenly */
    uint32_t bitrate_kbps;  /* 50–100000 */
    uint32_t gop;           /* frames between IDRs, 1–3000 */
} bv_stream_config;

typedef struct {
    uint64_t data;          /* address of the first byte: Annex B with start codes, or a JPEG; lies in the arena */
    uint64_t capture_us;    /* when the driver (or the test source) finished the picture */
    uint64_t encode_begin_us;
    uint64_t ready_us;      /* when it was put in the ring */
    uint32_t arena_offset;  /* data = arena + arena_offset */
    uint32_t size;          /* bytes */
    uint32_t stream;        /* BV_STREAM_* */
    uint32_t flags;         /* BV_FRAME_* */
    uint32_t sequence;      /* counts the access units of its stream, those dropped by the ring included */
    uint32_t ticket;        /* of a still: what bv_pipeline_request_still returned */
    uint32_t slot;          /* to give back with bv_pipeline_release */
    uint32_t width;         /* of the coded picture */
    uint32_t height;
    uint32_t nal_count;
    uint32_t nal_offset[BV_MAX_NALS]; /* from data, of the NAL header byte (start code skipped) */
    uint32_t nal_size[BV_MAX_NALS];   /* bytes, start code and trailing zeros excluded */
} bv_frame;
#define BV_FRAME_KEY 1u           /* IDR; SPS and PPS stand in front of it in the same access unit */
#define BV_FRAME_DISCONTINUITY 2u /* frames before this one were dropped by the ring */
#define BV_FRAME_PASSTHROUGH 4u   /* coded by the camera itself */
#define BV_FRAME_SLATE 8u         /* shows the "camera offline" slate */

#define BV_STATE_OPENING 0u /* the source is being opened; slate meanwhile */
#define BV_STATE_RUNNING 1u
#define BV_STATE_STALLED 2u /* no frame for stall_ms; slate; returns to RUNNING by itself */
#define BV_STATE_LOST 3u    /* the source failed or went away (error); slate until bv_pipeline_set_source */

typedef struct {
    uint64_t captured;       /* frames taken from the source */
    uint64_t corrupt;        /* compressed pictures skipped as damaged */
    uint64_t late;           /* frames skipped because newer ones waited */
    uint64_t encoded[2];     /* access units, by stream */
    uint64_t dropped[2];     /* access units lost in the ring or over a limit, by stream */
    uint64_t encoded_bytes[2];
    uint64_t pixel_us;       /* thread time spent outside the encoders, in all */
    uint64_t encode_us[2];
    uint32_t source_generation; /* counts bv_pipeline_set_source; says which call the next fields tell of */
    uint32_t source_state;   /* BV_STATE_* */
    int32_t source_error;    /* why LOST: -errno or BV_ERR_* */
    uint32_t source_fourcc;  /* what the driver delivers */
    uint32_t source_width;
    uint32_t source_height;
    uint32_t source_fps_millihertz; /* what the driver promises */
    uint32_t measured_fps_millihertz; /* over the last second or two */
    uint32_t passthrough;    /* 1: the main stream is the camera's own H.264 */
    uint32_t can_force_keyframe; /* 0: the main stream's GOP is the camera's own */
    int32_t stream_error[2]; /* of the encoder, 0 = fine */
    uint64_t motion_us;      /* capture time of the last picture in which something moved; 0: none since bv_pipeline_set_motion */
    uint32_t mean_luma;      /* of the source's picture, 16 (black) … 235 (white), some half a second old; 0: none was seen yet */
} bv_pipeline_status;

/* Called from the library's thread when the ring or the status has something new; never again before bv_pipeline_acknowledge. Must only wake the host. */
typedef void (*bv_doorbell)(void);

/*
 * Starts the thread with `source` and the two stream configurations (`streams[BV_STREAM_COUNT]`); the slate runs until the source delivers.
 * `doorbell` must stay callable until bv_pipeline_destroy has returned. Errors: BV_ERR_BAD_ARGUMENT, BV_ERR_THREAD, -ENOMEM.
 */
BV_API int bv_pipeline_create(const bv_source_config *source, const bv_stream_config *streams, bv_doorbell doorbell, bv_pipeline **out);
/* Stops and joins the thread (up to one frame time and the driver's stream-off), frees everything; views of the arena die with it. */
BV_API void bv_pipeline_destroy(bv_pipeline *pipeline);
/* Address and size of the memory that all frames lie in; fixed for the pipeline's life. */
BV_API const uint8_t *bv_pipeline_arena(bv_pipeline *pipeline, uint32_t *size);
/* Replaces the source without touching encoders or viewers; opened in the thread. Returns the generation that bv_pipeline_status will report. */
BV_API int bv_pipeline_set_source(bv_pipeline *pipeline, const bv_source_config *source);
/* Applied before the next picture: bitrate, fps and GOP live; a new size re-opens the encoder, which then starts with an IDR. BV_ERR_BAD_ARGUMENT changes nothing. */
BV_API int bv_pipeline_configure_stream(bv_pipeline *pipeline, uint32_t stream, const bv_stream_config *config);
/* The next picture of the stream is an IDR (best effort under pass-through: see can_force_keyframe). */
BV_API int bv_pipeline_request_keyframe(bv_pipeline *pipeline, uint32_t stream);
/* A JPEG (quality 1–100) of the newest picture, scaled to the stream's size, encoded at once in the thread and delivered through the ring. Returns its ticket (> 0); -ENODEV while only the slate is there; -EBUSY over 8 waiting. */
BV_API int bv_pipeline_request_still(bv_pipeline *pipeline, uint32_t stream, uint32_t quality);
/* To be called first after a doorbell: arms the next ring. */
BV_API void bv_pipeline_acknowledge(bv_pipeline *pipeline);
/* Takes the oldest frame: 1, or 0 when there is none. The bytes stay put until bv_pipeline_release(slot). */
BV_API int bv_pipeline_next(bv_pipeline *pipeline, bv_frame *out);
BV_API void bv_pipeline_release(bv_pipeline *pipeline, uint32_t slot);
BV_API int bv_pipeline_get_status(bv_pipeline *pipeline, bv_pipeline_status *out);

#include "picture-stage.h"

/* ---- egress: one block of packets to many UDP destinations ---- */

typedef struct bv_egress bv_egress;

typedef struct {
    int32_t fd;            /* UDP socket to send on; stays the caller's */
    uint32_t family;       /* 4 or 6 */
    uint32_t port;
    uint32_t scope_id;     /* IPv6 link-local */
    uint32_t has_source;   /* 1: send from `source` (IP_PKTINFO) */
    uint32_t reserved;
    uint8_t address[16];   /* network order; IPv4 in the first four bytes */
    uint8_t source[16];
} bv_destination;

typedef struct {
    uint64_t packets;      /* handed to the kernel */
    uint64_t bytes;        /* of their payload (UDP) */
    uint64_t lost;         /* not taken by the kernel */
    int32_t last_error;    /* -errno of the last loss */
    uint32_t gso;          /* 1 while UDP GSO is used for it */
} bv_destination_stats;

/* Prepares a UDP socket that many share: clears IP_RECVERR/IPV6_RECVERR (one dead peer's ICMP must not fail sends to others), raises SO_SNDBUF to `send_buffer_bytes`. */
BV_API int bv_udp_prepare(int fd, uint32_t send_buffer_bytes);
BV_API int bv_egress_create(bv_egress **out);
BV_API void bv_egress_destroy(bv_egress *egress);
/* Returns the destination's id (≥ 0). It is created inactive. -ENOSPC over BV_MAX_DESTINATIONS. */
BV_API int bv_egress_add(bv_egress *egress, const bv_destination *destination);
BV_API int bv_egress_remove(bv_egress *egress, uint32_t id);
BV_API int bv_egress_set_active(bv_egress *egress, uint32_t id, uint32_t active);
/*
 * Sends `count` packets, described by pairs (offset, size) in `packets`, of `block` to every active destination: sendmmsg, with
 * UDP GSO for runs of equal size (the last of a run may be shorter) where the kernel and the route take it, falling back for
 * that destination where they do not. Never blocks: what the socket does not take is lost and counted. Returns how many destinations lost something.
 */
BV_API int bv_egress_send(bv_egress *egress, const uint8_t *block, const uint32_t *packets, uint32_t count);
/* The same to one destination, active or not. Returns 1 when something was lost. */
BV_API int bv_egress_send_to(bv_egress *egress, uint32_t id, const uint8_t *block, const uint32_t *packets, uint32_t count);
BV_API int bv_egress_stats(bv_egress *egress, uint32_t id, bv_destination_stats *out);
#include "secure-egress.h"

#endif
