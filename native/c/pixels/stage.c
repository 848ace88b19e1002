#include "stage.h"

#include <errno.h>
#include <libyuv/rotate.h>
#include <string.h>

#include "scale.h"
#include "window.h"

#define WHOLE_MILLI 1000u
#define MAX_ZOOM_MILLI 10000u
#define FULL_MILLI 1000
#define FULL_PERCENT 100
#define HALF_TURN 180u

static int is_within(int32_t value, int32_t limit)
{
    return value >= -limit && value <= limit;
}

int bv_stage_is_valid(const bv_stage *stage)
{
    return stage->zoom_milli >= WHOLE_MILLI && stage->zoom_milli <= MAX_ZOOM_MILLI && is_within(stage->pan_milli, FULL_MILLI) &&
           is_within(stage->tilt_milli, FULL_MILLI) && stage->rotation < 360 && stage->rotation % 90 == 0 &&
           stage->flip <= (BV_FLIP_HORIZONTAL | BV_FLIP_VERTICAL) && is_within(stage->brightness, FULL_PERCENT) &&
           is_within(stage->contrast, FULL_PERCENT) && is_within(stage->saturation, FULL_PERCENT) && stage->overlay_enabled <= 1 &&
           stage->overlay_position <= (BV_OVERLAY_RIGHT | BV_OVERLAY_BOTTOM) &&
           memchr(stage->overlay_format, '\0', sizeof stage->overlay_format) != NULL &&
           memchr(stage->overlay_text, '\0', sizeof stage->overlay_text) != NULL;
}

static int has_levels(const bv_stage *stage)
{
    return stage->brightness != 0 || stage->contrast != 0 || stage->saturation != 0;
}

static int is_neutral(const bv_stage *stage)
{
    return stage->zoom_milli == WHOLE_MILLI && stage->rotation == 0 && stage->flip == 0 && !has_levels(stage) && !stage->overlay_enabled;
}

void bv_stager_configure(bv_stager *stager, const bv_stage *stage)
{
    stager->stage = *stage;
    stager->is_active = !is_neutral(stage) || stager->inset.miniature != NULL;
    stager->levels = bv_levels_of(stage->brightness, stage->contrast, stage->saturation);
    bv_overlay_configure(&stager->overlay, stage);
}

void bv_stager_set_inset(bv_stager *stager, bv_miniature *miniature, uint32_t corner)
{
    if (stager->stage.zoom_milli == 0)
        stager->stage.zoom_milli = WHOLE_MILLI; /* it was not configured yet */
    bv_miniature_drop(stager->inset.miniature);
    stager->inset = (bv_inset){miniature, corner};
    stager->is_active = miniature != NULL || !is_neutral(&stager->stage);
}

void bv_stager_rest(bv_stager *stager)
{
    bv_picture_free(&stager->turned);
    bv_picture_free(&stager->canvas);
}

void bv_stager_free(bv_stager *stager)
{
    bv_stager_rest(stager);
    bv_miniature_drop(stager->inset.miniature);
    stager->inset = (bv_inset){0};
    bv_overlay_free(&stager->overlay);
}

static void crop(const bv_picture *in, const bv_stage *stage, bv_picture *view)
{
    const bv_window window = bv_window_of(stage, in->width, in->height);

    *view = (bv_picture){.width = window.width, .height = window.height, .full_range = in->full_range};
    for (int i = 0; i < 3; i++) {
        const uint32_t shift = i == 0 ? 0 : 1;
        view->stride[i] = in->stride[i];
        view->plane[i] = in->plane[i] + (size_t)(window.y >> shift) * in->stride[i] + (window.x >> shift);
    }
}

static int rotate(const bv_picture *in, bv_turn turn, bv_picture *out)
{
    const int is_sideways = turn.rotation % HALF_TURN != 0;
    const int height = turn.is_inverted ? -(int)in->height : (int)in->height;
    const int result = bv_picture_allocate(out, is_sideways ? in->height : in->width, is_sideways ? in->width : in->height);

    if (result < 0)
        return result;
    out->full_range = in->full_range;
    return I420Rotate(in->plane[0], (int)in->stride[0], in->plane[1], (int)in->stride[1], in->plane[2], (int)in->stride[2],
                      out->plane[0], (int)out->stride[0], out->plane[1], (int)out->stride[1], out->plane[2],
                      (int)out->stride[2], (int)in->width, height, (enum RotationMode)turn.rotation) == 0
               ? 0
               : -ENOMEM;
}

static int change_levels(bv_stager *stager, int may_write, bv_picture **current)
{
    bv_picture *from = *current;

    if (!may_write) {
        const int result = bv_picture_allocate(&stager->turned, from->width, from->height);
        if (result < 0)
            return result;
        *current = &stager->turned;
    }
    bv_levels_apply(&stager->levels, from, *current);
    return 0;
}

int bv_stager_apply(bv_stager *stager, const bv_picture *in, uint32_t canvas_width, uint32_t canvas_height, bv_picture **out)
{
    const bv_stage *stage = &stager->stage;
    const bv_turn turn = bv_turn_of(stage->rotation, stage->flip);
    bv_picture *current = &stager->view;
    int may_write = in->memory != NULL;
    int result = 0;

    crop(in, stage, &stager->view);
    if (turn.rotation != 0 || turn.is_inverted) {
        result = rotate(current, turn, &stager->turned);
        current = &stager->turned;
        may_write = 1;
    }
    if (result == 0 && has_levels(stage)) {
        result = change_levels(stager, may_write, &current);
        may_write = 1;
    }
    *out = current;
    if (result < 0 || canvas_width == 0 || (may_write && current->width == canvas_width && current->height == canvas_height))
        return result;
    *out = &stager->canvas;
    result = bv_picture_allocate(&stager->canvas, canvas_width, canvas_height);
    return result < 0 ? result : bv_scale(current, &stager->canvas);
}
