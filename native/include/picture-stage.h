/* What is made of pictures between source and encoders, and looked for in them. Part of shim.h, which includes it. */
#ifndef BV_PICTURE_STAGE_H
#define BV_PICTURE_STAGE_H

/* bits of bv_stage.flip, and of bv_stage.overlay_position and an inset's corner, where 0 is the upper left corner */
#define BV_FLIP_HORIZONTAL 1u
#define BV_FLIP_VERTICAL 2u
#define BV_OVERLAY_RIGHT 1u
#define BV_OVERLAY_BOTTOM 2u

/* Applied in this order: rotation, flip, zoom (all as the viewer sees them), image, inset (bv_pipeline_set_inset), overlay. */
typedef struct {
    uint32_t zoom_milli;    /* 1000 (all) … 10000 */
    int32_t pan_milli;      /* -1000 (left edge) … 1000 (right edge); without effect at zoom 1000 */
    int32_t tilt_milli;     /* -1000 (bottom) … 1000 (top) */
    uint32_t rotation;      /* 0, 90, 180, 270 degrees clockwise; streams keep their sizes, which the host swaps at 90 and 270 */
    uint32_t flip;          /* BV_FLIP_* */
    int32_t brightness, contrast, saturation; /* -100 … 100; 0 leaves the picture as it is */
    uint32_t overlay_enabled, overlay_position; /* BV_OVERLAY_* */
    char overlay_format[256]; /* strftime, local time; NUL-terminated UTF-8. More than 255 bytes of time are not shown */
    char overlay_text[512]; /* follows the time; NUL-terminated UTF-8. Characters without a glyph become a box */
} bv_stage;

/* What the test source shows. */
typedef struct {
    uint32_t light_percent;       /* 0 (off) … 100 */
    int32_t rotor_speed_permille; /* -1000 … 1000; 1000 = two turns in a second, clockwise */
} bv_scene;

#define BV_MOTION_COLUMNS 32u
#define BV_MOTION_ROWS 18u
#define BV_MOTION_CELLS (BV_MOTION_COLUMNS * BV_MOTION_ROWS)

/* What counts as motion, in the source's picture as it is before the stage. */
typedef struct {
    uint32_t enabled;
    uint32_t step;     /* luma by which a cell's mean has to differ from its background, 1 … 255 */
    uint32_t permille; /* of the watched cells that have to, 1 … 1000 */
    uint8_t cells[BV_MOTION_CELLS]; /* 1: watched; rows from the top, each from the left */
} bv_motion;

/* Replaces the stage from the next picture on, for streams and stills, not for the slate. A camera's own H.264 is handed on only while it is neutral (zoom 1000, rotation, flip, image, overlay 0) and there is no inset. BV_ERR_BAD_ARGUMENT changes nothing. */
BV_API int bv_pipeline_set_stage(bv_pipeline *pipeline, const bv_stage *stage);
/*
 * Shows the newest picture of `other`, as it is encoded, in a corner (BV_OVERLAY_*) from the next picture on, in streams and stills, not on the slate: at most
 * a quarter as wide and as high as the canvas, in a frame, beneath the overlay, unturned. NULL, or the end of `other`, ends it. What is over 3 s old
 * is not shown. `other` needs no stream enabled. Both handles are used from one thread. BV_ERR_BAD_ARGUMENT: `pipeline` itself, an unknown bit;
 * -EBUSY: a third pipeline shows `other`. Errors change nothing.
 */
BV_API int bv_pipeline_set_inset(bv_pipeline *pipeline, bv_pipeline *other, uint32_t corner);
/* Replaces the scene of the test source that is open and of those to come; cameras have none. BV_ERR_BAD_ARGUMENT changes nothing. */
BV_API int bv_pipeline_set_scene(bv_pipeline *pipeline, const bv_scene *scene);
/* Replaces what is watched for, from the next picture on; bv_pipeline_status.motion_us tells. BV_ERR_BAD_ARGUMENT changes nothing. */
BV_API int bv_pipeline_set_motion(bv_pipeline *pipeline, const bv_motion *motion);
/* 1: `text` is UTF-8 and the overlay's font has every character of it (Latin, Greek, Cyrillic; composed forms); 0: not. */
BV_API int bv_can_draw_text(const char *text);

#endif
