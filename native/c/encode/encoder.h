/* The seam between the pipeline and its H.264 encoders. Internal. One file a backend; verbs: open (its own constructor), encode, set_*, close. */
#ifndef BV_ENCODER_H
#define BV_ENCODER_H

#include "../pixels/picture.h"

typedef struct {
    uint32_t width;  /* even */
    uint32_t height;
    uint32_t fps_millihertz; /* to be reckoned with */
    uint32_t nominal_fps;    /* to be told in the SPS */
    uint32_t bitrate_kbps;
    uint32_t gop;    /* frames between IDRs */
} bv_encoder_config;

/* One access unit, Annex B; the encoder's memory, valid until its next verb. */
typedef struct {
    const uint8_t *data;
    uint32_t size;   /* 0: the encoder left the picture out */
    int key;         /* IDR, SPS and PPS in front */
} bv_coded;

typedef struct bv_encoder bv_encoder;

typedef struct {
    /* `picture` has the configured size. 0, BV_ERR_ENCODER, -ENOMEM. */
    int (*encode)(bv_encoder *encoder, const bv_picture *picture, int force_key, bv_coded *out);
    /* Rate, bitrate and GOP of `config` from the next picture on; the size must be the same. 0 or BV_ERR_ENCODER. */
    int (*adjust)(bv_encoder *encoder, const bv_encoder_config *config);
    void (*close)(bv_encoder *encoder);
} bv_encoder_verbs;

/* Every encoder struct begins with this. */
struct bv_encoder {
    const bv_encoder_verbs *verbs;
};

/* Software, constrained baseline. 0, BV_ERR_ENCODER or -ENOMEM; owned by the caller, ended with its close. */
int bv_openh264_open(const bv_encoder_config *config, bv_encoder **out);

#endif
